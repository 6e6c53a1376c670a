// As other_process.hpp wants it: rust_peer KIND DIRECTORY.
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::{env, hint::black_box, io, time::Instant};

const SPOOL: usize = 64 << 20;

fn once(kind: &str, directory: &str, block: &mut [u8]) -> io::Result<()> {
    match kind {
        "unnamed_file" => drop(tempfile::tempfile_in(directory)?),
        "named_file" => drop(tempfile::NamedTempFile::new_in(directory)?),
        "directory" => drop(tempfile::TempDir::new_in(directory)?),
        _ => {
            // spooled:SIZE:COUNT writes so many blocks of that size, and reads them again.
            let count: usize = kind.rsplit(':').next().unwrap().parse().unwrap();
            let mut file = tempfile::SpooledTempFile::new(SPOOL);
            for _ in 0..count {
                file.write_all(black_box(block))?;
            }
            file.seek(SeekFrom::Start(0))?;
            for _ in 0..count {
                file.read_exact(black_box(block))?;
            }
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let size = arguments[1].split(':').nth(1).map_or(0, |size| size.parse().unwrap());
    let mut block = vec![b'x'; size];
    for line in io::stdin().lock().lines() {
        let operations: usize = line?.trim().parse().unwrap();
        let begin = Instant::now();
        for _ in 0..operations {
            once(&arguments[1], &arguments[2], &mut block)?;
        }
        println!("{:.9}", begin.elapsed().as_secs_f64());
    }
    Ok(())
}
