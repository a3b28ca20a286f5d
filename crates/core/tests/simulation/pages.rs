//! Pages, step by step: nothing is asked for before it is wanted, and an expired list is what its user chose.

use kubewire::machine::{Next, OnExpired, PageOrder, Pages, RawPage};
use kubewire::{Act, Config, Driver, Error, Head, Heard, Now, Session, Task};

use crate::draft;

struct Lister {
    driver: Driver<Pages>,
    session: Session,
    clock: u64,
}

impl Lister {
    fn new(json: &str, choice: OnExpired) -> Self {
        let session = Config::server("https://api.test").unwrap().session().unwrap();
        let mut lister = Self { driver: Driver::new(Pages::new(&draft(json), choice), 1), session, clock: 0 };
        lister.driver.handle(&mut lister.session, Now { mono: 0, wall: 0 }, Heard::Time);
        assert!(matches!(lister.driver.poll(), Some(Act::Done)), "nothing is asked for before it is wanted");
        lister
    }

    fn now(&mut self) -> Now {
        self.clock += 1;
        Now { mono: self.clock, wall: self.clock }
    }

    /// Asks for one more page, gives these answers one after the other, and says which queries were sent and what came of it.
    fn next(&mut self, answers: &[(u16, &str)]) -> (Vec<String>, Option<Result<RawPage, Error>>) {
        let now = self.now();
        self.driver.command(&mut self.session, now, Next);
        let mut answers = answers.iter();
        let mut queries = Vec::new();
        loop {
            match self.driver.poll() {
                Some(Act::Do(Task::Request { wire, request, .. })) => {
                    queries.push(request.url.split_once('?').unwrap().1.to_owned());
                    let (status, body) = *answers.next().expect("no more is asked for than there is");
                    let now = self.now();
                    self.driver.handle(&mut self.session, now, Heard::Head(wire, Head::new(status)));
                    self.driver.handle(&mut self.session, now, Heard::Data(wire, body.to_owned().into()));
                    self.driver.handle(&mut self.session, now, Heard::End(wire));
                }
                Some(Act::Event(event)) => {
                    assert!(answers.next().is_none());
                    return (queries, Some(event));
                }
                Some(Act::Done) => return (queries, None),
                other => panic!("{other:?}"),
            }
        }
    }
}

const LIST: &str =
    r#"{"verb":"list","resource":"pods","limit":2,"resourceVersion":"7","resourceVersionMatch":"Exact"}"#;
const MORE: (u16, &str) =
    (200, r#"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"a b"},"items":[]}"#);
const LAST: (u16, &str) = (200, r#"{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[]}"#);
const GONE: (u16, &str) = (
    410,
    r#"{"kind":"Status","status":"Failure","reason":"Expired","code":410,"metadata":{"continue":"rest"}}"#,
);

fn order(told: &(Vec<String>, Option<Result<RawPage, Error>>)) -> PageOrder {
    told.1.as_ref().unwrap().as_ref().unwrap().order
}

#[test]
fn pages_follow_the_token_alone() {
    let mut lister = Lister::new(LIST, OnExpired::Fail);
    let first = lister.next(&[MORE]);
    assert_eq!(first.0, ["limit=2&resourceVersion=7&resourceVersionMatch=Exact"]);
    let last = lister.next(&[LAST]);
    // The version is the token's, and the server refuses both together.
    assert_eq!(last.0, ["continue=a+b&limit=2"]);
    assert_eq!((order(&first), order(&last)), (PageOrder::First, PageOrder::Next));
    for _ in 0..2 {
        let end = lister.next(&[]);
        assert!(end.0.is_empty() && end.1.is_none());
    }
    let mut usual = Lister::new(r#"{"verb":"list","resource":"pods"}"#, OnExpired::Fail);
    assert_eq!(usual.next(&[LAST]).0, ["limit=500"]);
}

#[test]
fn an_expired_list_is_what_its_user_chose() {
    let mut lister = Lister::new(LIST, OnExpired::Fail);
    lister.next(&[MORE]);
    let (_, told) = lister.next(&[GONE]);
    assert_eq!(told.unwrap().unwrap_err().status().unwrap().code, 410);
    assert!(lister.next(&[]).1.is_none());

    let mut lister = Lister::new(LIST, OnExpired::TakeRest);
    lister.next(&[MORE]);
    let rest = lister.next(&[GONE, MORE]);
    assert_eq!(rest.0, ["continue=a+b&limit=2", "continue=rest&limit=2"]);
    assert_eq!((order(&rest), order(&lister.next(&[LAST]))), (PageOrder::Later, PageOrder::Next));

    let mut lister = Lister::new(LIST, OnExpired::StartOver);
    lister.next(&[MORE]);
    let anew = lister.next(&[GONE, MORE]);
    assert_eq!(anew.0, ["continue=a+b&limit=2", "limit=2"]);
    assert_eq!(order(&anew), PageOrder::First);
    // Three times, and then no more.
    let (queries, told) = lister.next(&[GONE, GONE, GONE]);
    assert_eq!(queries.len(), 3);
    assert!(told.unwrap().is_err());
}
