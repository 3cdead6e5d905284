//! The main job from end to end: typed requests with both kinds of credentials, paging, and an error.
//!
//! On the emulator, `cargo xtask demo`; against real Twilio, reading only, `cargo xtask demo --live`.

use twilio_sdk::emulator::{Emulator, RecordedRequest};
use twilio_sdk::{ApiKeyConfig, Auth, AuthTokenConfig, Client, ConnectionConfig, Response};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    match std::env::args().any(|argument| argument == "--live") {
        true => live().await,
        false => embedded().await,
    }
}

/// Counts for the last line.
#[derive(Default)]
struct Summary {
    requests: usize,
    errors: usize,
}

async fn embedded() -> Outcome {
    let emulator = Emulator::builder().items_per_list(7).start().await?;
    println!("The emulator listens on {}\n", emulator.base_url());
    let account = "AC".to_owned() + &"0123456789abcdef".repeat(2);
    let key = "SK".to_owned() + &"fedcba9876543210".repeat(2);
    let auths: [(&str, Auth); 2] = [
        ("an auth token", AuthTokenConfig::new(&account, "the-account-wide-token").into()),
        ("an API key", ApiKeyConfig::new(&account, &key, "the-secret-of-the-key").into()),
    ];
    let mut summary = Summary::default();
    for (index, (kind, auth)) in auths.into_iter().enumerate() {
        println!("{}. Send an SMS with {kind}", index + 1);
        let twilio = Client::new(ConnectionConfig::new(auth).base_url(emulator.base_url()))?;
        let request = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
        let response = request.send_with_response().await?;
        show_request(&emulator, &mut summary);
        let message = response.value();
        println!(
            "   <- {} Message {{ sid: {:?}, status: {:?}, to: {:?}, date_created: {:?}, price: {:?} }}\n",
            response.status(),
            message.sid,
            message.status,
            message.to,
            message.date_created,
            message.price
        );
    }

    let key = ApiKeyConfig::new(&account, &key, "the-secret-of-the-key");
    let twilio = Client::new(ConnectionConfig::new(key).base_url(emulator.base_url()))?;
    println!("3. List messages across pages, three a page");
    let mut pages = twilio.api_v2010().list_message().page_size(3).pages();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        show_request(&emulator, &mut summary);
        count += page.items.len();
        let sids: Vec<_> =
            page.items.iter().flat_map(|message| &message.sid).map(|sid| &sid.as_str()[..8]).collect();
        println!("   <- {} messages: {}...", page.items.len(), sids.join("..., "));
    }
    println!("   {count} messages in total\n");

    println!("4. Create a Verify service");
    let response = twilio.verify_v2().create_service("Demo").code_length(6).send_with_response().await?;
    show_request(&emulator, &mut summary);
    let service = response.value();
    println!(
        "   <- {} Service {{ sid: {:?}, friendly_name: {:?}, code_length: {:?} }}\n",
        response.status(),
        service.sid,
        service.friendly_name,
        service.code_length
    );

    println!("5. Create a conversation");
    let response =
        twilio.conversations_v1().create_conversation().friendly_name("Support").send_with_response().await?;
    show_request(&emulator, &mut summary);
    let conversation = response.value();
    println!(
        "   <- {} Conversation {{ sid: {:?}, friendly_name: {:?}, state: {:?} }}\n",
        response.status(),
        conversation.sid,
        conversation.friendly_name,
        conversation.state
    );

    println!("6. An error, as the user sees it: an SMS to a number that is not valid");
    let error = match twilio
        .api_v2010()
        .create_message("+15005550001")
        .from("+15005550006")
        .body("Hi")
        .send()
        .await
    {
        Ok(_) => return Err("the emulator accepted a number that is not valid".into()),
        Err(error) => error,
    };
    show_request(&emulator, &mut summary);
    summary.errors += 1;
    println!("   <- {error}");
    println!(
        "      code() = {:?}, status() = {:?}, is_api() = {}",
        error.code(),
        error.status(),
        error.is_api()
    );
    println!("      more_info() = {:?}\n", error.more_info());

    println!(
        "{} typed requests, {} of them with an error; no secret was printed.",
        summary.requests, summary.errors
    );
    emulator.shutdown().await;
    Ok(())
}

/// Prints the newest request as it went over the wire.
fn show_request(emulator: &Emulator, summary: &mut Summary) {
    summary.requests += 1;
    if let Some(request) = emulator.requests().last() {
        println!("   -> {}", line(request));
    }
}

fn line(request: &RecordedRequest) -> String {
    let pairs = |pairs: &[(String, String)]| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    let mut line = format!("{} https://{}{}", request.method, request.host, request.path);
    if !request.query.is_empty() {
        line += &format!("?{}", pairs(&request.query));
    }
    if !request.form.is_empty() {
        line += &format!("  {}", pairs(&request.form));
    }
    match request.user() {
        Some(user) => line + &format!("  [Authorization: Basic {user}:(redacted)]"),
        None => line + "  [no credentials]",
    }
}

async fn live() -> Outcome {
    let config = ConnectionConfig::from_env()?;
    let twilio = Client::new(config)?;
    let account =
        twilio.account_sid().map(|sid| sid.as_str().to_owned()).ok_or("the credentials name no account")?;
    println!("Real Twilio, reading only, as account {account}\n");
    println!("1. Fetch the account");
    let response = twilio.api_v2010().fetch_account(account.as_str()).send_with_response().await?;
    show_status(&response);
    let account = response.value();
    println!(
        "   Account {{ friendly_name: {:?}, status: {:?}, type: {:?} }}\n",
        account.friendly_name, account.status, account.type_
    );
    println!("2. List up to five messages");
    let response = twilio.api_v2010().list_message().page_size(5).send_with_response().await?;
    show_status(&response);
    for message in &response.value().items {
        println!(
            "   Message {{ sid: {:?}, status: {:?}, date_sent: {:?}, price: {:?} }}",
            message.sid, message.status, message.date_sent, message.price
        );
    }
    println!("\n3. List up to five Verify services");
    let response = twilio.verify_v2().list_service().page_size(5).send_with_response().await?;
    show_status(&response);
    for service in &response.value().items {
        println!("   Service {{ sid: {:?}, friendly_name: {:?} }}", service.sid, service.friendly_name);
    }
    println!("\n3 typed requests; nothing was changed.");
    Ok(())
}

fn show_status<T>(response: &Response<T>) {
    println!("   <- {} (request {})", response.status(), response.request_id().unwrap_or("without id"));
}
