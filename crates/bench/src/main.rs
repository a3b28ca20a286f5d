//! Kubewire beside `kube` and client-go, in one run: see `cargo xtask bench`.
//!
//! Ratios are of pairs, one after the other, since a shared machine's absolute times swing.

mod cache;
mod list;
mod objects;
mod peak;
mod sandbox;
mod seen;
mod served;
mod table;
mod watch;

#[global_allocator]
static COUNTING: peak::Counting = peak::Counting;

const USAGE: &str = "kubewire-bench [--client-go PROGRAM] [list] [watch] [cache] [informer] [sandbox]";

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_some_and(|word| word == "client") {
        return served::client(&words.skip(1).collect::<Vec<_>>());
    }
    let mut client_go = None;
    let mut parts = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--client-go" => client_go = words.next(),
            "list" | "watch" | "cache" | "informer" | "sandbox" => parts.push(word),
            _ => anyhow::bail!("{word:?} is none of: {USAGE}"),
        }
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|asked| asked == part);
    if wanted("list") {
        list::run();
    }
    if wanted("watch") {
        watch::run();
    }
    if wanted("cache") {
        cache::run();
    }
    if wanted("sandbox") {
        sandbox::run();
    }
    if wanted("watch") || wanted("informer") {
        served::run(client_go.as_deref(), wanted("watch"), wanted("informer"))?;
    }
    Ok(())
}
