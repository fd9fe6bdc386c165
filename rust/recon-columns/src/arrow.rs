//! Groups of rows as record batches of an Arrow IPC file. Must never keep a group once its bytes are taken.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use crate::Error;
use crate::table::{Column, Table};

const UTC: &str = "UTC";

/// An Arrow IPC file in the making.
pub(crate) struct Writer {
    file: FileWriter<Vec<u8>>,
    schema: Arc<Schema>,
}

impl Writer {
    pub(crate) fn new() -> Result<Self, Error> {
        let table = Table::default();
        let fields = table.columns.iter().map(|(name, column)| field(name, column)).collect::<Vec<_>>();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { file: FileWriter::try_new(Vec::new(), &schema)?, schema })
    }

    pub(crate) fn write(&mut self, table: Table) -> Result<(), Error> {
        let columns = table.columns.into_iter().map(|(_, column)| array(column)).collect();
        Ok(self.file.write(&RecordBatch::try_new(self.schema.clone(), columns)?)?)
    }

    /// The bytes that are ready; the writer counts its own positions and does not read back.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.file.get_mut())
    }

    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.file.finish()?;
        Ok(self.take())
    }
}

fn field(name: &str, column: &Column) -> Field {
    let kind = match column {
        Column::Time(_) => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        Column::Text(_) => DataType::Utf8,
        Column::Number(_) => DataType::Int32,
        Column::Share(_) => DataType::Float64,
        Column::Flag(_) => DataType::Boolean,
        Column::Bytes(_) => DataType::Binary,
    };
    Field::new(name, kind, !matches!(column, Column::Time(_) | Column::Bytes(_)))
}

fn array(column: Column) -> ArrayRef {
    match column {
        Column::Time(values) => Arc::new(TimestampMicrosecondArray::from(values).with_timezone(UTC)),
        Column::Text(values) => Arc::new(StringArray::from(values)),
        Column::Number(values) => Arc::new(Int32Array::from(values)),
        Column::Share(values) => Arc::new(Float64Array::from(values)),
        Column::Flag(values) => Arc::new(BooleanArray::from(values)),
        Column::Bytes(values) => Arc::new(BinaryArray::from_iter_values(values)),
    }
}
