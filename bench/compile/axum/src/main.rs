use axum::{Router, routing::post};

async fn sms(body: String) -> &'static str {
    println!("{body}");
    "<Response/>"
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/sms", post(sms));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await
}
