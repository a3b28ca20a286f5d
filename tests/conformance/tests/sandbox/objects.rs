//! Objects, good and with one fault.

use serde_json::{Value, json};

use crate::generate::Maker;

impl Maker {
    /// A good object without a name.
    pub(crate) fn object(&mut self, kind: &str) -> Value {
        let mut object = json!({"metadata": {}});
        if self.dice.percent(70) {
            object["apiVersion"] = "v1".into();
            object["kind"] = kind.into();
        }
        if self.dice.percent(60) {
            object["metadata"]["labels"] = self
                .dice
                .pick(&[
                    json!({"a": "1"}),
                    json!({"q": "{ns:a}", "a": "1"}),
                    json!({"a": "2", "b": "x"}),
                    json!({"b": "y"}),
                    json!({}),
                    json!(null),
                ])
                .clone();
        }
        if self.dice.percent(12) {
            object["metadata"]["finalizers"] =
                self.dice.pick(&[json!(["a.b/c"]), json!(["a.b/c", "d.e/f"])]).clone();
        }
        if self.dice.percent(20) {
            object["metadata"]["annotations"] =
                self.dice.pick(&[json!({"note": "A <b> & \"c\""}), json!({"Up/Er": ""})]).clone();
        }
        let value = *self.dice.pick(&["v1", "v2", "", "ä\n"]);
        match kind {
            "Secret" => {
                match self.dice.below(4) {
                    0 => object["stringData"] = json!({"k": value}),
                    1 => object["data"] = json!({"k": "dmFsdWU=", "l": ""}),
                    2 => {
                        object["data"] = json!({"k": "eA=="});
                        object["stringData"] = json!({"k": value, "m": ""});
                    }
                    _ => {}
                }
                if self.dice.percent(25) {
                    let types =
                        ["Opaque", "example.com/own", "kubernetes.io/tls", "kubernetes.io/basic-auth", ""];
                    object["type"] = (*self.dice.pick(&types)).into();
                }
            }
            _ => {
                if self.dice.percent(80) {
                    object["data"] = json!({"k": value});
                }
                if self.dice.percent(10) {
                    object["data"] = json!({"k": null, "l": "x"});
                }
                if self.dice.percent(10) {
                    object["binaryData"] = json!({"b": "eA=="});
                }
            }
        }
        if self.dice.percent(6) {
            object["immutable"] = (*self.dice.pick(&[true, false])).into();
        }
        object
    }

    /// The same with one fault, in some cases.
    pub(crate) fn spoilt(&mut self, mut object: Value) -> Value {
        if !self.dice.percent(25) {
            return object;
        }
        match self.dice.below(22) {
            0 => object["metadata"]["name"] = "Bad_Name".into(),
            1 => object["metadata"]["labels"] = json!({"-x": "1"}),
            2 => object["metadata"]["labels"] = json!({"a/b/c": "no spaces"}),
            3 => object["data"] = json!({"a b": "eA=="}),
            4 => object["data"] = json!({"..": "eA=="}),
            5 => object["data"] = json!({"k": 1}),
            6 => object["data"] = json!([]),
            7 => object["metadata"]["labels"] = json!({"a": true}),
            8 => object["metadata"] = json!("text"),
            9 => object["spec"] = json!({"a": 1}),
            10 => object["metadata"]["nmae"] = json!(1),
            11 => object["kind"] = "Pod".into(),
            12 => object["apiVersion"] = "v2".into(),
            13 => object["kind"] = 5.into(),
            14 => object["metadata"]["namespace"] = "{ns:b}".into(),
            15 => object["metadata"]["finalizers"] = json!(["nope"]),
            16 => object["metadata"]["annotations"] = json!({"bad key": "x"}),
            17 => object["immutable"] = "yes".into(),
            18 => object["metadata"]["ownerReferences"] = json!([{"kind": "Pod", "name": "p"}]),
            19 => return Value::String(String::new()),
            20 => {
                return Value::String(
                    "{\"metadata\":{\"name\":\"m\"},\"data\":{\"a\":\"1\",\"a\":\"2\"}}".into(),
                );
            }
            _ => return Value::String("[1]".into()),
        }
        object
    }
}
