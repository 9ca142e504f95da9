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
    case outOfRange = "out-of-range"
    case tooMany = "too-many"
    case tooFew = "too-few"
    case wrongOrder = "wrong-order"

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
    case shardTooLarge = "shard-too-large"
    case geographyTooSmall = "geography-too-small"

    // Warnings.
    case notInForce = "not-in-force"
    case timeoutMissing = "timeout-missing"
    case timeoutHierarchy = "timeout-hierarchy"
    case timeoutPatience = "timeout-patience"
    case workAboveTimeout = "work-above-timeout"
    case attemptTimeout = "attempt-timeout"
    case requestTimeout = "request-timeout"
    case poolOfOne = "pool-of-one"
    case keysUnkept = "keys-unkept"
    case shedCritical = "shed-critical"
    case quorumOfTwo = "quorum-of-two"
    case pinnedToOneRegion = "pinned-to-one-region"
    case evenDeciders = "even-deciders"
    case jitterAboveLatency = "jitter-above-latency"
    case retryWithoutJitter = "retry-without-jitter"
    case breakerVolume = "breaker-volume"
    case tooManyProblems = "too-many-problems"
}
