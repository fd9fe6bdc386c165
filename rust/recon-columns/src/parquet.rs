//! Groups of rows as row groups of a Parquet file. Must never keep a group once its bytes are taken.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::Error;
use crate::table::{Column, Table};

/// A Parquet file in the making.
pub(crate) struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

impl Writer {
    pub(crate) fn new() -> Result<Self, Error> {
        let table = Table::default();
        let fields = table.columns.iter().map(|(name, column)| field(name, column)).collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("row").with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self { file: SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))? })
    }

    pub(crate) fn write(&mut self, table: &Table) -> Result<(), Error> {
        let mut group = self.file.next_row_group()?;
        for (_, column) in &table.columns {
            write_column(&mut group, column)?;
        }
        group.close()?;
        Ok(())
    }

    /// The bytes that are ready; the writer counts its own positions and does not read back.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        // The library's buffer in front of ours is empty behind a group.
        let _ = self.file.flush();
        std::mem::take(self.file.inner_mut())
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        Ok(self.file.into_inner()?)
    }
}

fn field(name: &str, column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (kind, logical) = match column {
        Column::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        Column::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Column::Number(_) => (Physical::INT32, None),
        Column::Share(_) => (Physical::DOUBLE, None),
        Column::Flag(_) => (Physical::BOOLEAN, None),
        Column::Bytes(_) => (Physical::BYTE_ARRAY, None),
    };
    let always = matches!(column, Column::Time(_) | Column::Bytes(_));
    let repetition = if always { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    Type::primitive_type_builder(name, kind)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()
        .map(Arc::new)
}

fn write_column(group: &mut Group<'_>, column: &Column) -> Result<(), Error> {
    match column {
        Column::Time(values) => put::<Int64Type>(group, values, None),
        Column::Text(values) => put_optional::<ByteArrayType, _>(group, values, |text| text.as_str().into()),
        Column::Number(values) => put_optional::<Int32Type, _>(group, values, |number| *number),
        Column::Share(values) => put_optional::<DoubleType, _>(group, values, |share| *share),
        Column::Flag(values) => put_optional::<BoolType, _>(group, values, |flag| *flag),
        Column::Bytes(values) => {
            put::<ByteArrayType>(group, &values.iter().cloned().map(ByteArray::from).collect::<Vec<_>>(), None)
        }
    }
}

/// Writes the values that are there, and for each row whether it has one.
fn put_optional<Kind: DataType, Value>(
    group: &mut Group<'_>,
    values: &[Option<Value>],
    convert: impl Fn(&Value) -> Kind::T,
) -> Result<(), Error> {
    let there = values.iter().flatten().map(convert).collect::<Vec<_>>();
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect::<Vec<_>>();
    put::<Kind>(group, &there, Some(&levels))
}

fn put<Kind: DataType>(group: &mut Group<'_>, values: &[Kind::T], levels: Option<&[i16]>) -> Result<(), Error> {
    let missing = || ParquetError::General("a column is missing from the schema".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<Kind>().write_batch(values, levels, None)?;
    column.close()?;
    Ok(())
}
