//! The main job from end to end: typed calls with both kinds of credentials, paging, and an error.
//!
//! On the embedded Twilio, `cargo xtask demo`; against real Twilio, reading only, `cargo xtask demo --live`.

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

/// What the demo did, for the last line.
#[derive(Default)]
struct Summary {
    calls: usize,
    errors: usize,
}

async fn embedded() -> Outcome {
    let mock = Emulator::builder().items_per_list(7).start().await?;
    println!("The embedded Twilio listens on {}\n", mock.base_url());
    let account = "AC".to_owned() + &"0123456789abcdef".repeat(2);
    let key = "SK".to_owned() + &"fedcba9876543210".repeat(2);
    let auths: [(&str, Auth); 2] = [
        ("an auth token", AuthTokenConfig::new(&account, "the-account-wide-token").into()),
        ("an API key", ApiKeyConfig::new(&account, &key, "the-secret-of-the-key").into()),
    ];
    let mut summary = Summary::default();
    for (index, (kind, auth)) in auths.into_iter().enumerate() {
        println!("{}. Send an SMS with {kind}", index + 1);
        let twilio = Client::new(ConnectionConfig::new(auth).base_url(mock.base_url()))?;
        let call = twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi");
        let answer = call.send_with_response().await?;
        shown(&mock, &mut summary);
        let message = answer.value();
        println!(
            "   <- {} Message {{ sid: {:?}, status: {:?}, to: {:?}, date_created: {:?}, price: {:?} }}\n",
            answer.status(),
            message.sid,
            message.status,
            message.to,
            message.date_created,
            message.price
        );
    }

    let key = ApiKeyConfig::new(&account, &key, "the-secret-of-the-key");
    let twilio = Client::new(ConnectionConfig::new(key).base_url(mock.base_url()))?;
    println!("3. List messages across pages, three a page");
    let mut pages = twilio.api_v2010().list_message().page_size(3).pages();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page = page?;
        shown(&mock, &mut summary);
        count += page.items.len();
        let sids: Vec<_> =
            page.items.iter().flat_map(|message| &message.sid).map(|sid| &sid.as_str()[..8]).collect();
        println!("   <- {} messages: {}...", page.items.len(), sids.join("..., "));
    }
    println!("   {count} messages in all\n");

    println!("4. Make a Verify service");
    let answer = twilio.verify_v2().create_service("Demo").code_length(6).send_with_response().await?;
    shown(&mock, &mut summary);
    let service = answer.value();
    println!(
        "   <- {} Service {{ sid: {:?}, friendly_name: {:?}, code_length: {:?} }}\n",
        answer.status(),
        service.sid,
        service.friendly_name,
        service.code_length
    );

    println!("5. Make a conversation");
    let answer =
        twilio.conversations_v1().create_conversation().friendly_name("Support").send_with_response().await?;
    shown(&mock, &mut summary);
    let conversation = answer.value();
    println!(
        "   <- {} Conversation {{ sid: {:?}, friendly_name: {:?}, state: {:?} }}\n",
        answer.status(),
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
        Ok(_) => return Err("the embedded Twilio accepted a number that is not valid".into()),
        Err(error) => error,
    };
    shown(&mock, &mut summary);
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
        "{} typed calls answered, {} of them with an error; no secret was printed.",
        summary.calls, summary.errors
    );
    mock.shutdown().await;
    Ok(())
}

/// Prints the newest request as it went over the wire.
fn shown(mock: &Emulator, summary: &mut Summary) {
    summary.calls += 1;
    if let Some(request) = mock.requests().last() {
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
    let answer = twilio.api_v2010().fetch_account(account.as_str()).send_with_response().await?;
    told(&answer);
    let account = answer.value();
    println!(
        "   Account {{ friendly_name: {:?}, status: {:?}, type: {:?} }}\n",
        account.friendly_name, account.status, account.type_
    );
    println!("2. List up to five messages");
    let answer = twilio.api_v2010().list_message().page_size(5).send_with_response().await?;
    told(&answer);
    for message in &answer.value().items {
        println!(
            "   Message {{ sid: {:?}, status: {:?}, date_sent: {:?}, price: {:?} }}",
            message.sid, message.status, message.date_sent, message.price
        );
    }
    println!("\n3. List up to five Verify services");
    let answer = twilio.verify_v2().list_service().page_size(5).send_with_response().await?;
    told(&answer);
    for service in &answer.value().items {
        println!("   Service {{ sid: {:?}, friendly_name: {:?} }}", service.sid, service.friendly_name);
    }
    println!("\n3 typed calls answered; nothing was changed.");
    Ok(())
}

fn told<T>(answer: &Response<T>) {
    println!("   <- {} (request {})", answer.status(), answer.request_id().unwrap_or("without id"));
}
