# SPDX-License-Identifier: MIT
what='rustc, whose own allocator is jemalloc, and the program it makes'
packages=rustc
version='rustc --version'
prepare()
{
	cat > p.rs <<'END'
use std::collections::HashMap; use std::thread;
fn main() { let mut m: HashMap<String, Vec<usize>> = HashMap::new();
  for i in 0..50000 { m.entry(format!("k{}", i % 997)).or_default().push(i); }
  let h: Vec<_> = (1..5).map(|n| thread::spawn(move || (0..10000 * n).map(|i: usize| i.to_string().len()).sum::<usize>())).collect();
  let s: Vec<_> = h.into_iter().map(|t| t.join().unwrap()).collect(); println!("{} {:?}", m.len(), s);
  let r = std::panic::catch_unwind(|| { let v: Vec<i32> = Vec::new(); v[3] }); println!("{}", r.is_err()); }
END
}
run()
{
	rustc -O -o p p.rs 2>&1 && ./p 2> /dev/null; rm -f p
}
