//! Which names users can have.

use std::sync::Arc;

use twilio_sdk_access::{AccessError, AccessStore, MemoryAccessStore};

use crate::{control, first};

#[tokio::test]
async fn review_75_no_two_people_have_names_that_look_alike() {
    let store: Arc<dyn AccessStore> = Arc::new(MemoryAccessStore::new());
    let access = control(&store);
    let alike = [
        "\u{430}da",             // Cyrillic a
        "\u{ff41}da",            // full width
        "a\u{345}da",            // a mark below
        "ad\u{e1}",              // a letter with an accent
        "\u{1d41a}da",           // a mathematical letter
        "a\u{200d}da",           // a joiner, which takes no room
        "\u{3a3}\u{391}\u{3a3}", // Greek, whose final letter has two small forms
        "\u{3c3}\u{3b1}\u{3c3}",
        "\u{131}da",  // a dotless i
        "\u{212a}im", // the sign of kelvin
    ];
    for name in alike {
        let first = access.bootstrap_admin(name, None).await;
        assert!(matches!(first, Err(AccessError::InvalidName(_))), "{name:?}");
    }
    let ada = first(&access).await;
    for name in alike {
        for role in ["viewer", "admin"] {
            let added = access.add_user(&ada, name, role).await;
            assert!(matches!(added, Err(AccessError::InvalidName(_))), "{name:?}");
        }
    }
    for name in ["Ada", "ADA", "aDa"] {
        let added = access.add_user(&ada, name, "admin").await;
        assert!(matches!(added, Err(AccessError::UserExists(there)) if there == "ada"), "{name}");
    }
    for name in ["Olga", "a.b_c-d+e@example.com", "0"] {
        access.add_user(&ada, name, "viewer").await.unwrap();
    }
    assert_eq!(store.snapshot().await.unwrap().users.len(), 4);
}
