//! One page as a person has it before her: opened, sized, read, clicked and typed into.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use crate::connection::Connection;
use crate::keys::Key;
use crate::{PATIENCE, Trouble, base64};

/// Windows up to this width behave as telephones do: they follow the page's `viewport`.
const TELEPHONE_PIXELS_MAX: u32 = 600;
/// The browser refuses to draw pictures higher than this.
const PICTURE_PIXELS_MAX: f64 = 16_000.0;

/// Which colours the person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Both, for a loop over them.
    pub const ALL: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    /// The word of the media feature `prefers-color-scheme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
}

/// An open page; it closes when it is dropped.
#[derive(Debug)]
pub struct Page<'a> {
    connection: &'a Connection,
    session: String,
    context: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Result<Page<'a>, Trouble> {
        let context = connection.call(None, "Target.createBrowserContext", json!({}))?;
        let context = text(&context["browserContextId"]);
        let target =
            json!({ "url": "about:blank", "browserContextId": context, "width": 1280, "height": 800 });
        let target = connection.call(None, "Target.createTarget", target)?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = connection.call(None, "Target.attachToTarget", attach)?;
        let page = Page { connection, session: text(&attached["sessionId"]), context };
        for domain in ["Page.enable", "Network.enable", "Log.enable", "Runtime.enable"] {
            page.call(domain, json!({}))?;
        }
        // Without it only the frontmost page shows where the focus is.
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }))?;
        Ok(page)
    }

    /// Opens an address and waits until it is loaded. Requests and complaints of the page before are forgotten.
    pub fn open(&self, address: &str) -> Result<(), Trouble> {
        self.connection.forget(&self.session);
        self.load_by(|| {
            let answer = self.call("Page.navigate", json!({ "url": address }))?;
            match answer["errorText"].as_str() {
                Some(message) => {
                    Err(Trouble::Refused { method: format!("open {address}"), message: message.to_string() })
                }
                None => Ok(()),
            }
        })
    }

    /// Opens a file.
    pub fn open_file(&self, path: &Path) -> Result<(), Trouble> {
        self.open(&file_address(&path.canonicalize()?))
    }

    /// Opens this HTML as a file of its own.
    pub fn show(&self, html: &str) -> Result<(), Trouble> {
        let path = self.connection.scratch().join(format!("{}.html", self.session));
        std::fs::write(&path, html)?;
        self.open_file(&path)
    }

    /// Does something that opens another page, as following a link, and waits until that is loaded.
    pub fn load_by(&self, act: impl FnOnce() -> Result<(), Trouble>) -> Result<(), Trouble> {
        let before = self.connection.noticed(&self.session, |noticed| noticed.loads);
        act()?;
        self.connection.wait(&self.session, "the page loads", |noticed| noticed.loads > before)
    }

    /// Sizes the window, in CSS pixels.
    pub fn viewport(&self, width: u32, height: u32) -> Result<(), Trouble> {
        let mobile = width <= TELEPHONE_PIXELS_MAX;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", size).map(drop)
    }

    /// Prefers light or dark colours, on the screen.
    pub fn scheme(&self, scheme: Scheme) -> Result<(), Trouble> {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme.as_str() }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": "screen", "features": feature })).map(drop)
    }

    /// The value of a script run in the page; of a promise, what it comes to. The page's own rules about scripts do
    /// not hold for it.
    pub fn evaluate(&self, script: &str) -> Result<Value, Trouble> {
        let how =
            json!({ "expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true });
        let mut answer = self.call("Runtime.evaluate", how)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            let words = thrown["exception"]["description"].as_str().or(thrown["text"].as_str());
            return Err(Trouble::Script(words.unwrap_or("(without words)").to_string()));
        }
        Ok(answer["result"]["value"].take())
    }

    /// Waits until a script comes to something true, across navigation if need be.
    pub fn wait_until(&self, script: &str) -> Result<(), Trouble> {
        let deadline = Instant::now() + PATIENCE;
        // The page looks again by itself for a second; a page that goes away meanwhile is asked anew.
        let look = format!(
            "new Promise(done => {{ const end = performance.now() + 1000; const look = () => {{ const yes = !!({script}); if (yes || performance.now() > end) done(yes); else setTimeout(look, 10); }}; look(); }})"
        );
        while Instant::now() < deadline {
            match self.evaluate(&look) {
                Ok(Value::Bool(true)) => return Ok(()),
                Ok(_) | Err(Trouble::Refused { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Late(script.to_string()))
    }

    /// Presses a key where the focus is.
    pub fn press(&self, key: Key) -> Result<(), Trouble> {
        for stroke in key.strokes() {
            self.call("Input.dispatchKeyEvent", stroke)?;
        }
        Ok(())
    }

    /// Types text where the focus is.
    pub fn type_text(&self, text: &str) -> Result<(), Trouble> {
        self.call("Input.insertText", json!({ "text": text })).map(drop)
    }

    /// Clicks the middle of the first element that fits a CSS selector, after scrolling to it.
    pub fn click(&self, selector: &str) -> Result<(), Trouble> {
        let script = format!(
            "(() => {{ const it = document.querySelector({}); if (!it) return null; it.scrollIntoView({{ block: 'center', behavior: 'instant' }}); const box = it.getClientRects()[0]; return box ? [box.x + box.width / 2, box.y + box.height / 2] : null; }})()",
            json!(selector)
        );
        let place = self.evaluate(&script)?;
        let (Some(x), Some(y)) = (place[0].as_f64(), place[1].as_f64()) else {
            return Err(Trouble::Missing(selector.to_string()));
        };
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event)?;
        }
        Ok(())
    }

    /// Writes a picture (PNG) of the whole page, from its top down to the height that the browser can draw.
    pub fn screenshot(&self, path: &Path) -> Result<(), Trouble> {
        let metrics = self.call("Page.getLayoutMetrics", json!({}))?;
        let size = &metrics["cssContentSize"];
        let height = size["height"].as_f64().unwrap_or(0.0).clamp(1.0, PICTURE_PIXELS_MAX);
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 });
        let how = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.call("Page.captureScreenshot", how)?;
        let picture = answer["data"].as_str().and_then(base64::decode);
        let picture = picture.ok_or_else(|| Trouble::Missing("the picture".to_string()))?;
        Ok(std::fs::write(path, picture)?)
    }

    /// Every address that the page asked for since it was opened, itself first.
    pub fn requests(&self) -> Vec<String> {
        self.connection.noticed(&self.session, |noticed| noticed.requests.clone())
    }

    /// What the browser complained of since the page was opened: errors, refused content, uncaught exceptions.
    pub fn complaints(&self) -> Vec<String> {
        self.connection.noticed(&self.session, |noticed| noticed.complaints.clone())
    }

    fn call(&self, method: &str, parameters: Value) -> Result<Value, Trouble> {
        self.connection.call(Some(&self.session), method, parameters)
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.context });
        _ = self.connection.call(None, "Target.disposeBrowserContext", context);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// The address of a file (RFC 8089), everything unusual as percent signs.
fn file_address(path: &Path) -> String {
    let mut address = "file://".to_string();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_addresses() {
        assert_eq!(file_address(Path::new("/tmp/a b/ü#1.html")), "file:///tmp/a%20b/%C3%BC%231.html");
    }
}
