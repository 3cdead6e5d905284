use super::{missing, put};
use crate::config::file::Reader;
use crate::config::{CircuitBreakerConfig, ConnectionConfig, RetryConfig, rate};

/// What bounds and repeats calls.
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
    put(&mut retry.base, r.duration("base"));
    put(&mut retry.factor, r.count("factor"));
    put(&mut retry.max_delay, r.duration("max_delay"));
    put(&mut retry.max_total_delay, r.duration("max_total_delay"));
    put(&mut retry.statuses, r.counts("statuses"));
    retry
}

fn circuit_breaker(r: &Reader<'_>) -> Option<CircuitBreakerConfig> {
    let (r, _) = r.table_or("circuit_breaker", &[("off", ())]);
    let mut breaker = CircuitBreakerConfig::default();
    put(&mut breaker.volume_threshold, r.count("volume_threshold"));
    put(&mut breaker.window, r.duration("window"));
    put(&mut breaker.bucket, r.duration("bucket"));
    put(&mut breaker.failure_ratio, r.number("failure_ratio"));
    put(&mut breaker.reset_after, r.duration("reset_after"));
    put(&mut breaker.half_open_probes, r.count("half_open_probes"));
    put(&mut breaker.statuses, r.counts("statuses"));
    r.is_present().then_some(breaker)
}

fn rate_limit(r: &Reader<'_>, config: &mut ConnectionConfig) {
    let (table, _) = r.table_or("rate_limit", &[("off", ())]);
    let (requests, per, burst) = (table.count("requests"), table.duration("per"), table.count("burst"));
    if !table.is_present() {
        return;
    }
    r.needs_feature("rate_limit", "rate-limit", cfg!(feature = "rate-limit"));
    missing(&table, &["requests"]);
    let Some(requests) = requests else { return };
    let interval = rate::interval(requests, per.unwrap_or(std::time::Duration::from_secs(1)));
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
    put(&mut config.validation, validation);
    #[cfg(not(feature = "request-validation"))]
    let _ = config;
}
