//! measure SOCKET RECORDS [FIELD...]: takes that many exits, looks up these fields by name in each, and prints the cost
//! and the allocations between the first and the last event. contrib/check/clients runs it and expects none.
#![deny(unsafe_op_in_unsafe_fn)]

#[path = "taskstats.rs"]
#[allow(dead_code)]
mod taskstats;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};
use taskstats::{Client, Event, Options, Subscription};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The CPU time of this thread so far, as the scheduler counts it.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, wanted): (_, u64) = match &arguments[..] {
        [path, count, ..] => (path.into(), count.parse().unwrap()),
        _ => panic!("usage: measure SOCKET RECORDS [FIELD...]"),
    };
    let mut client = Client::connect(&Options { path: Some(path), ..Default::default() }).unwrap();
    client.subscribe(&Subscription::default()).unwrap();
    let (mut records, mut fields, mut sum) = (0u64, 0u64, 0u64);
    let (mut begin_ns, mut begin_allocations) = (0, 0);
    while records < wanted {
        if let Event::Exit(exit) = client.next().unwrap() {
            records += 1;
            for value in arguments[2..].iter().filter_map(|field| exit.stats.u64(field)) {
                fields += 1;
                sum = sum.wrapping_add(value);
            }
            if records == 1 {
                begin_ns = cpu_ns();
                begin_allocations = ALLOCATIONS.load(Ordering::Relaxed);
            }
        }
    }
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - begin_allocations;
    let ns = (cpu_ns() - begin_ns) / (records - 1);
    println!(
        "{{\"records\":{records},\"ns_per_record\":{ns},\"allocations\":{allocations},\"fields\":{fields},\
         \"sum\":{sum}}}"
    );
}
