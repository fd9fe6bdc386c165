//! Enumerators' orders come in as tuples and go out as events. Decides nothing.

use std::net::IpAddr;
use std::os::fd::IntoRawFd;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use recon_engine::enumerate::{Event, Id, Order, Until};

/// What became of an order: whose, what kind, what came, and why it ended.
pub(crate) type Told<'py> = (Id, &'static str, Bound<'py, PyBytes>, &'static str);

/// `(id, "open", addr, port, host, tls, greeting, lend)`, `(id, "send", bytes)`,
/// `(id, "receive", until, exactly, limit, wait_ms)`, `(id, "secure", host)` or `(id, "close")`.
pub(crate) fn read(order: &Bound<'_, PyAny>) -> PyResult<(Id, Order)> {
    let id = order.get_item(0)?.extract()?;
    let kind: String = order.get_item(1)?.extract()?;
    let made = match kind.as_str() {
        "open" => open(order)?,
        "send" => Order::Send(order.get_item(2)?.extract()?),
        "receive" => Order::Receive(until(order)?),
        "secure" => Order::Secure { host: host(&order.get_item(2)?)? },
        "close" => Order::Close,
        other => return Err(PyValueError::new_err(format!("no such order: {other:?}"))),
    };
    Ok((id, made))
}

fn open(order: &Bound<'_, PyAny>) -> PyResult<Order> {
    let addr: String = order.get_item(2)?.extract()?;
    Ok(Order::Open {
        addr: addr.parse::<IpAddr>().map_err(|_| PyValueError::new_err(format!("{addr:?} is not an address")))?,
        port: order.get_item(3)?.extract()?,
        host: host(&order.get_item(4)?)?,
        tls: order.get_item(5)?.extract()?,
        greeting: order.get_item(6)?.extract()?,
        lend: order.get_item(7)?.extract()?,
    })
}

fn until(order: &Bound<'_, PyAny>) -> PyResult<Until> {
    let wait_ms: u64 = order.get_item(5)?.extract()?;
    Ok(Until {
        mark: order.get_item(2)?.extract()?,
        exactly: order.get_item(3)?.extract()?,
        limit: order.get_item(4)?.extract()?,
        wait_us: wait_ms.saturating_mul(1000),
    })
}

fn host(value: &Bound<'_, PyAny>) -> PyResult<Option<Arc<str>>> {
    Ok(value.extract::<Option<String>>()?.map(Arc::from))
}

/// An event as Python sees it.
pub(crate) fn told(py: Python<'_>, id: Id, event: Event) -> Told<'_> {
    let (kind, data, why) = match event {
        Event::Done(data) => ("done", data, ""),
        Event::Secured(data) => ("secured", data, ""),
        // The caller owns the descriptor from here on.
        Event::Lent(socket) => ("lent", socket.into_raw_fd().to_string().into_bytes(), ""),
        Event::Timeout(data) => ("timeout", data, "timeout"),
        Event::Closed(data, why) => ("closed", data, why),
    };
    (id, kind, PyBytes::new(py, &data), why)
}
