//! Enum codes: one stable text per value, used by database, address, CSV and JSON alike.

/// Declares an enum whose every value has one stable text, with `as_str`, `FromStr`, `Display` and `ALL`.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $value,)+ }
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$value,)+];
            /// The stable text of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$value => $text,)+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }
        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok($name::$value),)+ _ => Err(()) }
            }
        }
    };
}
pub(crate) use codes;
