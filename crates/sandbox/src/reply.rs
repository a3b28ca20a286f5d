//! What comes of a request.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;

use crate::watch::Watch;
use crate::wire::{Refusal, encode};

/// What [`Sandbox::handle`](crate::Sandbox::handle) gives.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reply {
    /// A whole answer.
    Whole(Response<Bytes>),
    /// The head of an answer whose body comes event by event.
    Watch(Response<Watch>),
    /// Not yet: the real server too keeps such a request waiting.
    Parked(Parked),
    /// The connection is lost, after what came of the answer. Nothing but a [`Fault`](crate::Fault) brings this about.
    Lost(Option<Response<Bytes>>),
}

/// A request that waits for a version that has not come yet, or for a [slow](crate::Fault::slow) answer. Hand it back to [`Sandbox::resume`](crate::Sandbox::resume) after another write,
/// or when its time is over.
#[derive(Debug)]
pub struct Parked {
    pub(crate) request: Request<Bytes>,
    /// The version; none where only time is waited for.
    pub(crate) revision: Option<u64>,
    pub(crate) until: u64,
}

impl Parked {
    /// When it is answered at the latest, in milliseconds of [`Now::mono`](kubewire::Now).
    #[must_use]
    pub fn timeout(&self) -> u64 {
        self.until
    }
}

impl Reply {
    pub(crate) fn json(code: u16, body: Bytes, warnings: &[String]) -> Self {
        let mut answer = Response::new(body);
        *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let json = HeaderValue::from_static("application/json");
        answer.headers_mut().insert(header::CONTENT_TYPE, json);
        Self::warned(answer, warnings)
    }

    /// What is answered where something was made of which nothing is shown.
    pub(crate) fn created(warnings: &[String]) -> Self {
        let status =
            json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
        Self::json(201, encode(&status), warnings)
    }

    pub(crate) fn refused(refusal: &Refusal, warnings: &[String]) -> Self {
        Self::warned(refusal.answer(), warnings)
    }

    pub(crate) fn watching(watch: Watch, warnings: &[String]) -> Self {
        let mut answer = Response::new(watch);
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        warn(answer.headers_mut(), warnings);
        Self::Watch(answer)
    }

    fn warned(mut answer: Response<Bytes>, warnings: &[String]) -> Self {
        warn(answer.headers_mut(), warnings);
        Self::Whole(answer)
    }

    /// The same in protobuf.
    pub(crate) fn in_protobuf(self) -> Self {
        #[cfg(feature = "protobuf")]
        return match self {
            Self::Whole(answer) => Self::Whole(crate::proto::answer(answer)),
            Self::Watch(mut answer) => {
                let media = HeaderValue::from_static("application/vnd.kubernetes.protobuf;stream=watch");
                answer.headers_mut().insert(header::CONTENT_TYPE, media);
                Self::Watch(answer.map(Watch::in_protobuf))
            }
            other => other,
        };
        #[cfg(not(feature = "protobuf"))]
        self
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn metrics(text: String) -> Self {
        let mut answer = Response::new(Bytes::from(text));
        let plain =
            HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
        answer.headers_mut().insert(header::CONTENT_TYPE, plain);
        Self::Whole(answer)
    }

    pub(crate) fn text(code: u16, body: &'static str) -> Self {
        let mut answer = Response::new(Bytes::from_static(body.as_bytes()));
        *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        answer.headers_mut().insert(header::CONTENT_TYPE, plain);
        Self::Whole(answer)
    }

    /// The HTTP status; none where it is parked, or no answer came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Whole(answer) => Some(answer.status()),
            Self::Watch(answer) => Some(answer.status()),
            Self::Lost(answer) => answer.as_ref().map(Response::status),
            Self::Parked(_) => None,
        }
    }

    /// The whole answer, where it is one.
    #[must_use]
    pub fn whole(self) -> Option<Response<Bytes>> {
        match self {
            Self::Whole(answer) => Some(answer),
            _ => None,
        }
    }

    /// The watch, where it is one.
    #[must_use]
    pub fn watch(self) -> Option<Watch> {
        match self {
            Self::Watch(answer) => Some(answer.into_body()),
            _ => None,
        }
    }
}

fn warn(headers: &mut HeaderMap, warnings: &[String]) {
    for warning in warnings {
        let text = warning.replace('\\', "\\\\").replace('"', "\\\"");
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{text}\"")) {
            headers.append(header::WARNING, value);
        }
    }
}
