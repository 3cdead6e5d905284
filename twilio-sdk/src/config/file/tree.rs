//! What a file holds, whatever its format: values with their paths and, in TOML, their places.

use zeroize::Zeroizing;

/// The offset of a byte, where the format tells it.
pub(super) type Place = Option<usize>;

/// A value with where it is.
pub(super) struct Node {
    /// The keys that lead to it from the root of the file.
    pub(super) path: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

pub(super) enum Value {
    /// JSON's null.
    Nothing,
    Flag(bool),
    Integer(i128),
    Float(f64),
    Text(Text),
    /// TOML's dates and times.
    Date,
    List(Vec<Node>),
    Table(Table),
    /// What has been reported already.
    Broken,
}

/// A text, which may be a secret.
pub(super) struct Text {
    pub(super) text: Zeroizing<String>,
    /// Whether variables were put in.
    pub(super) variables: bool,
    /// Whether one of them is empty, without a default that says so.
    pub(super) hollow: bool,
}

/// Values by key, in the file's order.
#[derive(Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Node {
    /// Gives the node and what is in it their paths.
    pub(super) fn named(mut self, path: String) -> Self {
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

    /// Whether variables make it empty: so a file can leave a key to the environment.
    pub(super) fn is_left_out(&self) -> bool {
        matches!(&self.value, Value::Text(Text { text, variables: true, .. }) if text.is_empty())
    }

    /// Whether an empty variable stands in it, be there other text or not.
    pub(super) fn is_hollow(&self) -> bool {
        self.is_left_out() || matches!(&self.value, Value::Text(Text { hollow: true, .. }))
    }

    /// Calls a function with every text in it.
    pub(super) fn texts(&mut self, each: &mut dyn FnMut(&str, Place, &mut Value)) {
        match &mut self.value {
            Value::Text(_) => each(&self.path, self.place, &mut self.value),
            Value::List(list) => list.iter_mut().for_each(|node| node.texts(each)),
            Value::Table(table) => table.texts(each),
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
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Text { text: Zeroizing::new(text.into()), variables: false, hollow: false })
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "null",
            Self::Flag(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Date => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Broken => "unreadable",
        }
    }
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Whether a value at a path of keys with dots between them is such a one; a list of tables has many.
    pub(super) fn any_at(&self, path: &str, is: &dyn Fn(&Value) -> bool) -> bool {
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

    pub(super) fn take(&mut self, key: &str) -> Option<Node> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).node)
    }

    pub(super) fn name(&mut self, path: &str) {
        for entry in std::mem::take(&mut self.entries) {
            let path = join(path, &entry.key);
            self.entries.push(Entry { node: entry.node.named(path), ..entry });
        }
    }

    pub(super) fn texts(&mut self, each: &mut dyn FnMut(&str, Place, &mut Value)) {
        self.entries.iter_mut().for_each(|entry| entry.node.texts(each));
    }

    /// Lays another table over this one: tables are merged key by key, all else is replaced, and so are the
    /// tables that `whole` names.
    pub(super) fn overlay(&mut self, over: Self, whole: &[&str]) {
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

/// A key behind the path of its table. Quoted where it could be taken for more than one.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let key = if plain { key.to_owned() } else { format!("{key:?}") };
    match path {
        "" => key,
        path => format!("{path}.{key}"),
    }
}
