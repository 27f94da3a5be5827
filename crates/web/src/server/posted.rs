//! A form that was sent: read whole, bounded, and with the token that only our own pages hold.

use axum::extract::{Form, FromRequest, Request};
use axum::response::Response;

use super::{Failure, Visitor};
use axum::response::IntoResponse;

/// Fields of one form; bulk forms of lists hold one per row.
const FIELDS_MAX: usize = 2_000;
/// Name of the field that holds the token.
pub(crate) const TOKEN_FIELD: &str = "token";

/// The fields of a form whose token was right.
#[derive(Debug)]
pub struct Posted {
    fields: Vec<(String, String)>,
}

impl Posted {
    /// A field's text; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All texts of a field that may be sent several times, as check boxes are.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A field as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).trim().parse().ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Posted, Response> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let fields = match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(fields)) => fields,
            Err(rejection) => {
                return Err(Failure::of_status(rejection.into_response().status()).into_response());
            }
        };
        if fields.len() > FIELDS_MAX {
            return Err(Failure::TooLarge.into_response());
        }
        let posted = Posted { fields };
        match visitor {
            Some(visitor) if visitor.is_own_token(posted.text(TOKEN_FIELD)) => Ok(posted),
            _ => Err(Failure::Foreign.into_response()),
        }
    }
}
