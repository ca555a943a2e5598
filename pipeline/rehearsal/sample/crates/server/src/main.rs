//! Answers `PUT name index hex` and `GET name` on a TCP port, a line each.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use sample_kms_core::{from_hex, to_hex, Share};
use sample_kms_storage::{Folder, Memory, Store};

fn main() -> io::Result<()> {
    if env::args().nth(1).as_deref() == Some("--version") {
        println!("kms-server {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let mut store: Box<dyn Store> = match env::var("KMS_FOLDER") {
        Ok(folder) => Box::new(Folder::new(folder)),
        Err(_) => Box::new(Memory::default()),
    };
    let address = env::var("KMS_LISTEN").unwrap_or_else(|_| "127.0.0.1:9400".to_owned());
    for connection in TcpListener::bind(address)?.incoming() {
        if let Err(error) = serve(&connection?, store.as_mut()) {
            eprintln!("kms-server: {error}");
        }
    }
    Ok(())
}

fn serve(mut connection: &TcpStream, store: &mut dyn Store) -> io::Result<()> {
    for line in BufReader::new(connection).lines() {
        let answer = answer(&line?, store)?;
        writeln!(connection, "{answer}")?;
    }
    Ok(())
}

fn answer(line: &str, store: &mut dyn Store) -> io::Result<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(match words[..] {
        ["PUT", name, index, hex] => match (index.parse(), from_hex(hex)) {
            (Ok(index), Some(bytes)) => {
                store.put(name, Share { index, bytes })?;
                "OK".to_owned()
            }
            _ => "ERROR not a share".to_owned(),
        },
        ["GET", name] => match store.get(name)? {
            Some(share) => format!("SHARE {} {}", share.index, to_hex(&share.bytes)),
            None => "ERROR no such share".to_owned(),
        },
        ["VERSION"] => format!("VERSION {}", env!("CARGO_PKG_VERSION")),
        _ => "ERROR unknown command".to_owned(),
    })
}
