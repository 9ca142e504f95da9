/// Every kind of problem, by the word that `validate -o json` prints. docs/problems.md explains each one; a test
/// holds the two together.
package enum ProblemCode: String, Sendable, Codable, CaseIterable {
    // The file itself.
    case fileMissing = "file-missing"
    case fileUnreadable = "file-unreadable"
    case fileTooLarge = "file-too-large"
    case fileEncoding = "file-encoding"
    case fileEmpty = "file-empty"
    case fileKind = "file-kind"

    // YAML.
    case yamlSyntax = "yaml-syntax"
    case yamlNesting = "yaml-nesting"
    case yamlAliases = "yaml-aliases"
    case yamlKey = "yaml-key"
    case yamlTag = "yaml-tag"
    case duplicateKey = "duplicate-key"

    // Keys and values.
    case unknownKey = "unknown-key"
    case missingKey = "missing-key"
    case wrongType = "wrong-type"
    case unknownWord = "unknown-word"
    case badName = "bad-name"
    case badNumber = "bad-number"
    case badDuration = "bad-duration"
    case badSize = "bad-size"
    case badRatio = "bad-ratio"
    case badPopularity = "bad-popularity"
    case badMeasure = "bad-measure"
    case badAction = "bad-action"
    case outOfRange = "out-of-range"
    case tooMany = "too-many"
    case tooFew = "too-few"
    case wrongOrder = "wrong-order"
    case contradiction

    // What belongs together.
    case duplicateName = "duplicate-name"
    case unknownRegion = "unknown-region"
    case unknownZone = "unknown-zone"
    case unknownGeography = "unknown-geography"
    case unknownService = "unknown-service"
    case badLink = "bad-link"
    case selfCall = "self-call"
    case callCycle = "call-cycle"
    case coreFallback = "core-fallback"
    case fallbackNeedsPrimary = "fallback-needs-primary"
    case featuresAbove64 = "features-above-64"
    case featureUnknownCall = "feature-unknown-call"
    case flagUnknown = "flag-unknown"
    case shardTooLarge = "shard-too-large"
    case geographyTooSmall = "geography-too-small"
    case unexportable
    case notLive = "not-live"

    // Warnings.
    case quorumOfTwo = "quorum-of-two"
    case pinnedToOneRegion = "pinned-to-one-region"
    case evenDeciders = "even-deciders"
    case jitterAboveLatency = "jitter-above-latency"
    case keysUnkept = "keys-unkept"
    case tooManyProblems = "too-many-problems"

    // Warnings: time limits.
    case timeoutMissing = "timeout-missing"
    case timeoutHierarchy = "timeout-hierarchy"
    case timeoutPatience = "timeout-patience"
    case connectAboveRead = "connect-above-read"
    case timeoutsEqual = "timeouts-equal"
    case workAboveTimeout = "work-above-timeout"
    case attemptTimeout = "attempt-timeout"
    case requestTimeout = "request-timeout"
    case attemptAboveTimeout = "attempt-above-timeout"
    case slowAboveTimeout = "slow-above-timeout"
    case ladderAboveTimeout = "ladder-above-timeout"
    case retryDoesNotFit = "retry-does-not-fit"
    case adaptiveAboveParent = "adaptive-above-parent"
    case deadlineTooShort = "deadline-too-short"
    case joinAboveTimeout = "join-above-timeout"

    // Warnings: retries and hedges.
    case retryClientErrors = "retry-client-errors"
    case retryTooMany = "retry-too-many"
    case retryUnsafe = "retry-unsafe"
    case retryWithoutJitter = "retry-without-jitter"
    case retryWithoutBackoff = "retry-without-backoff"
    case retryCapAboveTimeout = "retry-cap-above-timeout"
    case amplification
    case budgetZero = "budget-zero"
    case hedgeUnsafe = "hedge-unsafe"
    case hedgeTimesRetry = "hedge-times-retry"
    case orderSeedsWithHedge = "order-seeds-with-hedge"

    // Warnings: breakers.
    case breakerVolume = "breaker-volume"
    case breakerBelowAttempts = "breaker-below-attempts"
    case breakerTooLow = "breaker-too-low"
    case breakerWithoutFallback = "breaker-without-fallback"
    case adaptiveWithoutVolume = "adaptive-without-volume"
    case predictOpenWithoutFallback = "predict-open-without-fallback"
    case valueRateAboveLimit = "value-rate-above-limit"

    // Warnings: pools, bulkheads and queues.
    case poolOfOne = "pool-of-one"
    case poolMixed = "pool-mixed"
    case poolsTooMany = "pools-too-many"
    case poolUndersized = "pool-undersized"
    case dynamicBounds = "dynamic-bounds"
    case bulkheadOfOne = "bulkhead-of-one"
    case bulkheadShared = "bulkhead-shared"
    case waitAboveBackoff = "wait-above-backoff"
    case allocationAboveTotal = "allocation-above-total"
    case limitFloor = "limit-floor"
    case queueWithoutOverflow = "queue-without-overflow"
    case queueAboveDeadline = "queue-above-deadline"
    case poolShared = "pool-shared"
    case peakSmaller = "peak-smaller"
    case peakAllocation = "peak-allocation"
    case writtenOff = "written-off"

    // Warnings: shedding, degradation and health.
    case shedCritical = "shed-critical"
    case shedBlind = "shed-blind"
    case sloWithoutFeatures = "slo-without-features"
    case ladderOrder = "ladder-order"
    case ladderWithoutLast = "ladder-without-last"
    case queueWithoutIdempotency = "queue-without-idempotency"
    case cacheableWithCompensation = "cacheable-with-compensation"
    case probeInterval = "probe-interval"
}
