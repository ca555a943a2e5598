//! `kms-client NAME ADDRESS…` asks every server for its share and prints the secret in hexadecimal.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use sample_kms_core::{from_hex, join, to_hex, Share};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.split_first() {
        Some((word, _)) if word == "--version" => {
            println!("kms-client {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some((name, addresses)) if !addresses.is_empty() => show(name, addresses),
        _ => {
            eprintln!("usage: kms-client NAME ADDRESS...");
            ExitCode::from(2)
        }
    }
}

fn show(name: &str, addresses: &[String]) -> ExitCode {
    let shares: io::Result<Vec<Share>> = addresses.iter().map(|address| fetch(name, address)).collect();
    let secret = shares.and_then(|shares| {
        keep(name, &shares)?;
        join(&shares).map_err(|error| io::Error::other(format!("{error:?}")))
    });
    match secret {
        Ok(secret) => {
            println!("{}", to_hex(&secret));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("kms-client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn fetch(name: &str, address: &str) -> io::Result<Share> {
    let mut connection = TcpStream::connect(address)?;
    writeln!(connection, "GET {name}")?;
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["SHARE", index, hex] => match (index.parse(), from_hex(hex)) {
            (Ok(index), Some(bytes)) => Ok(Share { index, bytes }),
            _ => Err(io::Error::other(format!("{address} sent no share"))),
        },
        _ => Err(io::Error::other(format!("{address}: {}", line.trim()))),
    }
}

/// Keeps what was fetched in `KMS_CACHE`, where there is one.
#[cfg(unix)]
fn keep(name: &str, shares: &[Share]) -> io::Result<()> {
    use storage::Store;
    let Ok(folder) = env::var("KMS_CACHE") else {
        return Ok(());
    };
    let mut cache = storage::Folder::new(folder);
    shares.iter().try_for_each(|share| cache.put(&format!("{name}-{}", share.index), share.clone()))
}

#[cfg(not(unix))]
fn keep(_name: &str, _shares: &[Share]) -> io::Result<()> {
    Ok(())
}
