use super::{missing, put};
use crate::config::file::Reader;
use crate::config::{CircuitBreakerConfig, ConnectionConfig, RetryConfig, rate};

/// Timeouts, retries and limits of requests.
pub(super) fn settings(r: &Reader<'_>, config: &mut ConnectionConfig) {
    put(&mut config.timeout, r.duration("timeout"));
    config.attempt_timeout = r.duration("attempt_timeout");
    config.retry = retry(&r.table("retry"));
    r.check("retry", "retry", config.retry.check());
    config.circuit_breaker = circuit_breaker(r);
    if let Some(breaker) = &config.circuit_breaker {
        r.check("circuit_breaker", "circuit_breaker", breaker.check());
    }
    rate_limit(r, config);
    validation(r, config);
}

fn retry(r: &Reader<'_>) -> RetryConfig {
    let mut retry = RetryConfig::default();
    put(&mut retry.max_attempts, r.count("max_attempts"));
    put(&mut retry.initial_backoff, r.duration("initial_backoff"));
    put(&mut retry.backoff_multiplier, r.count("backoff_multiplier"));
    put(&mut retry.max_backoff, r.duration("max_backoff"));
    put(&mut retry.max_total_delay, r.duration("max_total_delay"));
    put(&mut retry.retryable_statuses, r.counts("retryable_statuses"));
    retry
}

fn circuit_breaker(r: &Reader<'_>) -> Option<CircuitBreakerConfig> {
    let (r, _) = r.table_or("circuit_breaker", &[("off", ())]);
    let mut breaker = CircuitBreakerConfig::default();
    put(&mut breaker.min_attempts, r.count("min_attempts"));
    put(&mut breaker.window, r.duration("window"));
    put(&mut breaker.bucket_width, r.duration("bucket_width"));
    put(&mut breaker.failure_ratio, r.number("failure_ratio"));
    put(&mut breaker.open_duration, r.duration("open_duration"));
    put(&mut breaker.half_open_probes, r.count("half_open_probes"));
    put(&mut breaker.failure_statuses, r.counts("failure_statuses"));
    r.is_present().then_some(breaker)
}

fn rate_limit(r: &Reader<'_>, config: &mut ConnectionConfig) {
    let (table, _) = r.table_or("rate_limit", &[("off", ())]);
    let (requests, period, burst) = (table.count("requests"), table.duration("period"), table.count("burst"));
    if !table.is_present() {
        return;
    }
    r.needs_feature("rate_limit", "rate-limit", cfg!(feature = "rate-limit"));
    missing(&table, &["requests"]);
    let Some(requests) = requests else { return };
    let interval = rate::interval(requests, period.unwrap_or(std::time::Duration::from_secs(1)));
    let burst = burst.unwrap_or(1);
    r.check("rate_limit", "rate_limit", rate::check(interval, burst));
    #[cfg(feature = "rate-limit")]
    {
        config.rate_limit = Some(crate::RateLimit { interval, burst });
    }
    #[cfg(not(feature = "rate-limit"))]
    let _ = config;
}

fn validation(r: &Reader<'_>, config: &mut ConnectionConfig) {
    let validation = r.flag("validate_requests");
    if validation == Some(true) {
        r.needs_feature("validate_requests", "request-validation", cfg!(feature = "request-validation"));
    }
    #[cfg(feature = "request-validation")]
    put(&mut config.validate_requests, validation);
    #[cfg(not(feature = "request-validation"))]
    let _ = config;
}
