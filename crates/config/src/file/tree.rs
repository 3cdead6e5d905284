//! The contents of a file in any format: values with their paths and, in TOML, their locations.

use zeroize::Zeroizing;

/// Byte offset, if the parser of the format reports it.
pub(crate) type Place = Option<usize>;

/// A value with its location.
pub(crate) struct Node {
    /// Path of keys from the root of the file.
    pub(crate) path: String,
    pub(crate) place: Place,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// JSON's `null`.
    Nothing,
    Flag(bool),
    Integer(i128),
    Float(f64),
    Text(Text),
    /// A TOML date or time.
    Date,
    List(Vec<Node>),
    Table(Table),
    /// A value whose problem has been reported.
    Broken,
}

/// A string, which may be a secret.
pub(crate) struct Text {
    pub(crate) text: Zeroizing<String>,
    /// Whether variables were substituted.
    pub(crate) variables: bool,
    /// Whether one of them is empty and has no default.
    pub(crate) hollow: bool,
}

/// Values by key, in the order of the file.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

impl Node {
    /// Sets the paths of the node and of everything in it.
    pub(crate) fn named(mut self, path: String) -> Self {
        match &mut self.value {
            Value::Table(table) => table.name(&path),
            Value::List(list) => {
                for (at, node) in std::mem::take(list).into_iter().enumerate() {
                    list.push(node.named(format!("{path}[{at}]")));
                }
            }
            _ => {}
        }
        self.path = path;
        self
    }

    /// Returns whether variables make the value empty. Such a value counts as missing, so that a file can leave a key to
    /// the environment.
    pub(crate) fn is_left_out(&self) -> bool {
        matches!(&self.value, Value::Text(Text { text, variables: true, .. }) if text.is_empty())
    }

    /// Returns whether the value contains an empty variable, alone or among other characters.
    pub(crate) fn is_hollow(&self) -> bool {
        self.is_left_out() || matches!(&self.value, Value::Text(Text { hollow: true, .. }))
    }

    /// Calls a function with every string in the node.
    pub(crate) fn strings(&mut self, each: &mut dyn FnMut(&str, Place, &mut Value)) {
        match &mut self.value {
            Value::Text(_) => each(&self.path, self.place, &mut self.value),
            Value::List(list) => list.iter_mut().for_each(|node| node.strings(each)),
            Value::Table(table) => table.strings(each),
            _ => {}
        }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self { path: String::new(), place: None, value }
    }
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(Text { text: Zeroizing::new(text.into()), variables: false, hollow: false })
    }

    /// Returns the type of the value for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "null",
            Self::Flag(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::Date => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Broken => "an invalid value",
        }
    }
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Returns whether `is` holds for a value at a dotted path. A list of tables has a value per table.
    pub(crate) fn any_at(&self, path: &str, is: &dyn Fn(&Value) -> bool) -> bool {
        let Some((key, rest)) = path.split_once('.') else {
            return self.get(path).is_some_and(|node| is(&node.value));
        };
        let below = |value: &Value| matches!(value, Value::Table(table) if table.any_at(rest, is));
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(list)) => list.iter().any(|node| below(&node.value)),
            Some(value) => below(value),
            None => false,
        }
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Node> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).node)
    }

    pub(crate) fn name(&mut self, path: &str) {
        for entry in std::mem::take(&mut self.entries) {
            let path = join(path, &entry.key);
            self.entries.push(Entry { node: entry.node.named(path), ..entry });
        }
    }

    pub(crate) fn strings(&mut self, each: &mut dyn FnMut(&str, Place, &mut Value)) {
        self.entries.iter_mut().for_each(|entry| entry.node.strings(each));
    }

    /// Overlays another table: tables are merged key by key, other values and the tables named in `whole` are replaced.
    pub(crate) fn overlay(&mut self, over: Self, whole: &[&str]) {
        for entry in over.entries {
            let mine = self.entries.iter_mut().find(|mine| mine.key == entry.key);
            match mine {
                None => self.entries.push(entry),
                Some(mine) => match (&mut mine.node.value, entry.node.value) {
                    (Value::Table(below), Value::Table(above)) if !whole.contains(&entry.key.as_str()) => {
                        below.overlay(above, &[]);
                    }
                    (_, value) => *mine = Entry { node: Node { value, ..entry.node }, ..entry },
                },
            }
        }
    }
}

/// Appends a key to the path of its table. The key is quoted if it contains other characters than bare TOML keys.
pub(crate) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let key = if plain { key.to_owned() } else { format!("{key:?}") };
    match path {
        "" => key,
        path => format!("{path}.{key}"),
    }
}
