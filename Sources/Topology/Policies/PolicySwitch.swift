/// Policies as `policies: {off: [...]}` names them.
public enum PolicySwitch: String, SettingWord {
    case timeout
    case adaptiveTimeout = "adaptive-timeout"
    case deadline, retry, hedge, idempotency, breaker, recovery, adaptive, predict, coordinate, value, rate, bulkhead
    case dynamic, shedding
    case adaptiveShedding = "adaptive-shedding"
    case earlyShed = "early-shed"
    case queue, fallback, degradation, slo, quality, ladder, failure, flags, cache
    case parallelJoin = "parallel-join"
    case peak, throttle, ejection, health
}

/// Values to begin with.
public enum PolicyProfile: String, SettingWord {
    /// One machine: what fails is cut off and back within seconds.
    case local
    /// As production does.
    case seed
    /// Nothing but placement, choice by membership, quorums, sizes of pools and the time limit of a request.
    case off
}

/// In which order policies stand around a call (C26).
public enum WrittenOrder: String, SettingWord {
    case cellmesh
    /// A bulkhead around a breaker around retries.
    case seeds
    case orchestra
}
