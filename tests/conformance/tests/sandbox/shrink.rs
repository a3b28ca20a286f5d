//! A failing sequence, made as small as it goes: steps are taken away by halves, then one by one, then fields of bodies.

use serde_json::Value;

use crate::step::Step;

/// The smallest sequence found that still fails; `fails` is asked at most so many times.
pub(crate) fn shrink(steps: &[Step], mut tries: usize, mut fails: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut best = steps.to_vec();
    let mut size = best.len().div_ceil(2);
    while size > 0 && tries > 0 {
        let mut at = 0;
        let mut shrunk = false;
        while at < best.len() && tries > 0 {
            let mut fewer = best.clone();
            fewer.drain(at..(at + size).min(best.len()));
            tries -= 1;
            if !fewer.is_empty() && fails(&fewer) {
                best = fewer;
                shrunk = true;
            } else {
                at += size;
            }
        }
        if !shrunk || size > best.len() {
            size /= 2;
        }
    }
    for index in 0..best.len() {
        while tries > 0 {
            let Some(simpler) = simpler(&best[index]).into_iter().find_map(|step| {
                let mut steps = best.clone();
                steps[index] = step;
                tries = tries.saturating_sub(1);
                fails(&steps).then_some(steps)
            }) else {
                break;
            };
            best = simpler;
        }
    }
    best
}

/// The step with one field of its body less, or one parameter of its query.
fn simpler(step: &Step) -> Vec<Step> {
    let mut found = Vec::new();
    if let Some(Value::Object(fields)) = &step.body {
        for (name, value) in fields {
            let mut fewer = fields.clone();
            fewer.remove(name);
            found.push(Step { body: Some(fewer.into()), ..step.clone() });
            for inner in value.as_object().into_iter().flatten().map(|(inner, _)| inner) {
                let mut body = step.body.clone().unwrap_or_default();
                body[name].as_object_mut().expect("it was one").remove(inner);
                found.push(Step { body: Some(body), ..step.clone() });
            }
        }
    }
    if let Some((path, query)) = step.target.split_once('?') {
        let pairs: Vec<_> = query.split('&').collect();
        // A watch without an end would never be read to its end.
        for left_out in (0..pairs.len()).filter(|&at| !pairs[at].starts_with("timeoutSeconds")) {
            let kept: Vec<_> =
                pairs.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, pair)| *pair).collect();
            found.push(Step { target: format!("{path}?{}", kept.join("&")), ..step.clone() });
        }
    }
    found
}

#[test]
fn only_what_fails_is_left() {
    let step = |id: usize| Step {
        id,
        method: "GET".into(),
        target: "/x?a=1&b=2".into(),
        headers: Vec::new(),
        body: Some(serde_json::json!({"a": {"b": 1, "c": 2}, "d": 3})),
        watch: false,
    };
    let steps: Vec<_> = (0..30).map(step).collect();
    let small = shrink(&steps, 400, |steps| {
        let has = |id| steps.iter().any(|step| step.id == id && step.target.contains("b=2"));
        has(3)
            && has(17)
            && steps.iter().any(|step| step.id == 3 && step.body.as_ref().unwrap()["a"]["c"] == 2)
    });
    assert_eq!(small.iter().map(|step| step.id).collect::<Vec<_>>(), [3, 17]);
    assert_eq!(small[0].target, "/x?b=2");
    assert_eq!(small[0].body, Some(serde_json::json!({"a": {"c": 2}})));
}
