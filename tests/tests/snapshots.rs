//! The generator's output for the distilled specs: the full text of one operation and one type of each
//! kind, and the public surface of every product. After a change: `INSTA_UPDATE=always`, then read the diff.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "snapshots/digest.rs"]
mod digest;
#[path = "snapshots/lists.rs"]
mod lists;

use twilio_codegen::lock::Lock;
use twilio_codegen::{Options, generate_locked, show};
use twilio_openapi::{Spec, find, products, specs_dir, surface_dir};

fn spec(product: &str) -> Spec {
    Spec::load(&specs_dir(), find(product).unwrap()).unwrap()
}

fn lock(product: &str) -> Lock {
    let name = find(product).unwrap().file_name();
    Lock::parse(&name, &std::fs::read_to_string(surface_dir().join(&name)).unwrap()).unwrap()
}

/// The code of a product under its locked names.
fn source(product: &str) -> String {
    generate_locked(&spec(product), Some(&lock(product)), Options::default()).unwrap().source
}

/// Compares with a file that is named for what it shows, and holds nothing else.
fn assert_file(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

macro_rules! operations {
    ($($test:ident: $product:literal $operation:literal;)*) => {
        $(#[test]
        fn $test() {
            let code = show(&spec($product), Some(&lock($product)), $operation).unwrap().unwrap_or_else(|| panic!("no {}", $operation));
            assert_file(stringify!($test), &code);
        })*
    };
}

operations! {
    form_post: "api_v2010" "CreateMessage";
    list_with_date_ranges: "api_v2010" "ListCall";
    list_with_meta_urls: "messaging_v1" "ListService";
    list_with_page_tokens: "conversations_v2" "ListConversationByAccount";
    scim_body: "iam_organizations" "CreateOrganizationUser";
    scim_list: "iam_organizations" "ListOrganizationUsers";
    json_body_with_nested_models: "conversations_v2" "CreateConversationWithConfig";
    required_values_as_struct: "api_v2010" "CreateAddress";
    optional_header: "sync_v1" "UpdateDocument";
    delete_without_answer: "api_v2010" "DeleteMessage";
    answer_in_a_redirect: "api_v2010" "FetchRecordingAddOnResultPayloadData";
    map_with_prefixed_keys: "lookups_v1" "FetchPhoneNumber";
    call_without_credentials: "oauth_v2" "CreateOauth2Token";
}

macro_rules! types {
    ($($test:ident: $product:literal $type:literal;)*) => {
        $(#[test]
        fn $test() {
            let source = source($product);
            assert_file(stringify!($test), &digest::type_text(&source, $type));
        })*
    };
}

types! {
    model_with_secrets: "api_v2010" "NewKey";
    model_with_dates_decimals_and_maps: "api_v2010" "Message";
    model_of_requests_and_answers: "intelligence_v3" "OperatorParameter";
    model_with_lists_of_models: "conversations_v2" "Configuration";
    open_enum: "api_v2010" "ConferenceStatus";
}

#[test]
fn public_surface_of_every_product() {
    let mut size = 0;
    for product in products() {
        let source = source(product.stem);
        let digest = digest::surface(&source);
        size += digest.len();
        assert_file(&format!("surface_{}", product.stem), &digest);
    }
    assert!(size < 2_500_000, "{size} bytes of digests are more than a reviewer can keep in view");
}
