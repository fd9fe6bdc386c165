//! Both formats are read back by the libraries' own readers.

use std::io::Cursor;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::RowAccessor;
use arrow_array::{Array, Int32Array, StringArray};
use arrow_ipc::reader::FileReader as ArrowReader;
use recon_core::jsonl;
use recon_core::reply::Reply;

use crate::{Columns, Format};

const ROW: &str = concat!(
    r#"{"schema":1,"at":"2026-11-23T10:00:00.000001Z","addr":"2001:db8::1","host":null,"port":22,"transport":"tcp","#,
    r#""range":"well-known","registered":"ssh","state":"open","reason":"syn-ack","rtt_us":85,"ttl":null,"services":[{"#,
    r#""name":"ssh","part":"a","vendor":"openbsd","product":"OpenSSH","version":"9.2p1","cpe":null,"distro":"Debian","#,
    r#""revision":"2+deb12u10","confidence":0.98,"version_source":"greeting","tls":false,"#,
    r#""evidence":{"probe":"listen","match":"ssh.openssh"}}],"facts":{"ssh.protocol":"2.0"},"#,
    r#""banner":"\\xff","banner_base64":"/w=="}"#
);

/// Rows of which every second one has no service.
fn replies(count: u16) -> Vec<Reply> {
    let one = |port: u16| {
        let mut reply = jsonl::read(ROW.as_bytes()).expect("a row");
        reply.target.port = port;
        if port % 2 == 1 {
            reply.findings.services.clear();
        }
        reply
    };
    (0..count).map(one).collect()
}

/// A file made in pieces, and how many pieces had bytes.
fn file(format: Format, count: u16, group_rows: usize) -> (Vec<u8>, usize) {
    let mut columns = Columns::new(format, group_rows).expect("a schema");
    let mut pieces = Vec::new();
    for batch in replies(count).chunks(3) {
        pieces.push(columns.push(batch).expect("a group"));
    }
    pieces.push(columns.finish().expect("an end"));
    let filled = pieces.iter().filter(|piece| !piece.is_empty()).count();
    (pieces.concat(), filled)
}

#[test]
fn arrow_is_read_back() {
    let (bytes, pieces) = file(Format::Arrow, 10, 4);
    assert!(pieces > 2, "it comes piece by piece");
    let reader = ArrowReader::try_new(Cursor::new(bytes), None).expect("an Arrow file");
    let batches = reader.collect::<Result<Vec<_>, _>>().expect("record batches");
    assert_eq!(batches.iter().map(arrow_array::RecordBatch::num_rows).collect::<Vec<_>>(), [4, 4, 2]);
    let text = |name: &str| {
        let column = batches[0].column_by_name(name).expect("a column").clone();
        column.as_any().downcast_ref::<StringArray>().expect("texts").clone()
    };
    assert_eq!((text("addr").value(0), text("product").value(0)), ("2001:db8::1", "OpenSSH"));
    assert_eq!(text("purl").value(0), "pkg:deb/debian/openssh-server@1:9.2p1-2%2Bdeb12u10");
    assert!(text("product").is_null(1) && text("host").is_null(0));
    assert_eq!((text("facts").value(0), text("services").value(1)), (r#"{"ssh.protocol":"2.0"}"#, "[]"));
    let ports = batches[2].column_by_name("port").expect("a column").clone();
    let ports = ports.as_any().downcast_ref::<Int32Array>().expect("numbers").clone();
    assert_eq!(ports.values().to_vec(), [8, 9]);
}

#[test]
fn parquet_is_read_back() {
    let (bytes, pieces) = file(Format::Parquet, 10, 4);
    assert!(pieces > 2, "it comes piece by piece");
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a Parquet file");
    assert_eq!((reader.metadata().num_row_groups(), reader.metadata().file_metadata().num_rows()), (3, 10));
    let rows = reader.get_row_iter(None).expect("rows").collect::<Result<Vec<_>, _>>().expect("sound rows");
    let columns = rows[0].get_column_iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let at = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    assert_eq!(rows[0].get_string(at("product")).expect("a text"), "OpenSSH");
    assert_eq!(rows[9].get_int(at("port")).expect("a number"), 9);
    assert!(rows[9].get_string(at("product")).is_err(), "there is none");
    assert_eq!(rows[9].get_bytes(at("banner_bytes")).expect("bytes").data(), b"\xff");
    assert_eq!(rows[0].get_timestamp_micros(at("at")).expect("a time"), 1_795_428_000_000_001);
}

#[test]
fn a_file_without_rows_is_a_file() {
    let (bytes, _) = file(Format::Arrow, 0, 4);
    assert_eq!(ArrowReader::try_new(Cursor::new(bytes), None).expect("an Arrow file").count(), 0);
    let (bytes, _) = file(Format::Parquet, 0, 4);
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a Parquet file");
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}
