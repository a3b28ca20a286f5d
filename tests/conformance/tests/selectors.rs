//! Selectors: what we refuse, the server would refuse as well, and what we let pass it takes.

use kubewire::{Builtin, Operation, Verb};
use kubewire_conformance::World;

/// Good and bad ones, near the border between the two. A bad one among them is bad in one way only.
const LABELS: &[&str] = &[
    "",
    " ",
    "\t\r\n ",
    "a",
    "!a",
    "! a",
    "!!a",
    "!",
    "a,",
    ",a",
    ",",
    "a,,b",
    "a, b ,c",
    "a b",
    "a=b",
    "a==b",
    "a===b",
    "a!=b",
    "a!==b",
    "a = b",
    "a=",
    "a=,b",
    "a!=",
    "=b",
    "a=b=c",
    "a=b c",
    "!a=b",
    "a!b",
    "a=!b",
    "a=(b)",
    "a in (b)",
    "a in(b)",
    "a in b",
    "a in (",
    "a in (b",
    "a in ()",
    "a in (,)",
    "a in (,b)",
    "a in (b,)",
    "a in (b,,c)",
    "a in (b c)",
    "a in (b),",
    "a in (b)c",
    "a in ((b))",
    "a in (!b)",
    "a in (b=c)",
    "a in",
    "ain (b)",
    "a notin (b,c)",
    "a notin ( b , c )",
    "a NOTIN (b)",
    "in in (in,notin)",
    "notin",
    "in",
    "in=notin",
    "a>1",
    "a<1",
    "a > 007",
    "a>",
    "a>b",
    "a>-1",
    "a>+1",
    "a>1.5",
    "a>=1",
    "a>9223372036854775807",
    "a>9223372036854775808",
    "example.com/a",
    "Example.com/a",
    "example..com/a",
    "example.com/A",
    "/a",
    "a/",
    "a/b/c",
    "-a",
    "a-",
    "_a",
    "a_b.c-d",
    "a=-b",
    "a=b.",
    "a=b_C.d-9",
    "a=b/c",
    "a='b'",
    "a=\"b\"",
    "a=*",
    "é",
    "a=é",
    "a\u{a0}=b",
    "a;b",
    "a=b;c",
    "a=b\0,c",
    "a=b,c\0",
    "a\0=b",
    "\0 ( , !",
    "a,\0b",
];

/// Only fields that config maps have: which others there are depends on the kind, and the server is left to judge it.
const FIELDS: &[&str] = &[
    "",
    ",",
    ",,metadata.name=a,,",
    "metadata.name=a",
    "metadata.name==a",
    "metadata.name===a",
    "metadata.name!=a",
    "metadata.name!==a",
    "metadata.name=",
    "metadata.name!=",
    "metadata.name",
    "metadata.name=a,metadata.namespace!=b",
    "metadata.name=a,b",
    "metadata.name=a=b",
    r"metadata.name=a\=b",
    r"metadata.name=a\,b",
    r"metadata.name=a\\",
    r"metadata.name=a\",
    r"metadata.name=a\\\",
    r"metadata.name=a\b",
    r"metadata.name=a\\,metadata.name",
    r"metadata.name=a\é",
    "metadata.name= a b ",
    "metadata.name>a",
    "metadata.name in (a)",
    "metadata.name=é😀",
    "metadata.name=a\0b",
    "metadata.name=!a",
];

#[test]
fn our_judgement_is_the_servers() {
    let world = World::new("selectors");
    let mut wrong = Vec::new();
    for (parameter, selectors) in [("labelSelector", LABELS), ("fieldSelector", FIELDS)] {
        let (mut taken, mut refused) = (0, 0);
        let (long, longer) = ("a".repeat(63), "a".repeat(64));
        let limits =
            [long.clone(), longer.clone(), format!("a={long}"), format!("a={longer}"), format!("{longer}/a")];
        let more = limits.iter().map(String::as_str).filter(|_| parameter == "labelSelector");
        for selector in selectors.iter().copied().chain(more) {
            let mut checked = Operation::new(Verb::List);
            checked.set("resource", "configmaps").unwrap();
            checked.set("namespace", &world.namespace).unwrap();
            checked.set(parameter, selector).unwrap();
            let ours = checked.draft(&Builtin);

            // As a plain path's query nothing is checked.
            let mut sent = Operation::new(Verb::Get);
            sent.set("path", &["/api/v1/namespaces/", &world.namespace, "/configmaps"].concat()).unwrap();
            sent.set(&["query.", parameter].concat(), selector).unwrap();
            let theirs = world.admin.run(sent);
            if let Err(error) = &theirs {
                let status = error.status().unwrap_or_else(|| panic!("{selector:?}: {error}"));
                assert_eq!(status.code, 400, "{selector:?}: {error}");
            }
            *(if theirs.is_ok() { &mut taken } else { &mut refused }) += 1;
            if ours.is_ok() != theirs.is_ok() {
                let said = |error: String| if error.is_empty() { "good".to_owned() } else { error };
                let ours = said(ours.err().map(|error| error.to_string()).unwrap_or_default());
                let theirs = said(theirs.err().map(|error| error.to_string()).unwrap_or_default());
                wrong.push(format!("{parameter} {selector:?}\n  ours:   {ours}\n  theirs: {theirs}"));
            }
        }
        assert!(
            taken >= 10 && refused >= 10,
            "{parameter}: {taken} taken and {refused} refused prove little"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
