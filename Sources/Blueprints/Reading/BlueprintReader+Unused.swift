import MeshBase
import Topology

/// The keys that are part of the file format and that this version only checks, except for those that the model holds:
/// `kind` and `objectives`.
extension BlueprintReader {
    enum Backoff: String, CaseIterable {
        case constant, linear, exponential, fibonacci
        case fullJitter = "full-jitter"
        case equalJitter = "equal-jitter"
        case decorrelated, adaptive

        var hasJitter: Bool {
            self == .fullJitter || self == .equalJitter || self == .decorrelated || self == .adaptive
        }
    }

    enum Probe: String, CaseIterable {
        case startup, liveness, readiness, shallow, deep, dependency, synthetic
    }

    func readUnusedPolicies(_ map: MappingReader) {
        if let retry = unused("retry", of: map) { readRetry(retry) }
        if let hedge = unused("hedge", of: map) {
            if let after = hedge.value("after") {
                if case .text("auto", quoted: false) = after.content {
                } else {
                    _ = read.duration(after, "'after'", Ranges.timeout)
                }
            }
            _ = hedge.optionalInteger("max", 0...2)
            hedge.finish()
        }
        if let breaker = unused("breaker", of: map) { readBreaker(breaker) }
        if let bulkhead = unused("bulkhead", of: map) {
            _ = bulkhead.optionalInteger("concurrent", 1...TopologyLimits.workersPerPool)
            _ = bulkhead.optionalDuration("wait", Ranges.anyWait)
            bulkhead.finish()
        }
    }

    private func readRetry(_ map: MappingReader) {
        _ = map.optionalInteger("attempts", 1...10)
        let entry = map.entry("backoff")
        let backoff = map.word("backoff", default: Backoff.decorrelated)
        let base = map.optionalDuration("base", Ranges.timeout)
        let cap = map.optionalDuration("cap", Ranges.timeout)
        map.finish()
        if let base, let cap, cap < base {
            reporter.error(.wrongOrder, at: map.position, "'cap' must not be shorter than 'base'")
        }
        if let entry, !backoff.hasJitter {
            reporter.warning(
                .retryWithoutJitter, at: entry.value.position,
                "retries with the backoff '\(backoff.rawValue)' come in waves: all callers wait equally long",
                hint: "use decorrelated, full-jitter or equal-jitter")
        }
    }

    private func readBreaker(_ map: MappingReader) {
        _ = map.optionalRatio("failure_rate", 0.01...1)
        let volume = map.entry("volume")
        let calls = map.optionalInteger("volume", 1...1_000_000)
        _ = map.optionalDuration("open", Ranges.timeout)
        map.finish()
        if let volume, calls == 1 {
            reporter.warning(
                .breakerVolume, at: volume.value.position, "a breaker of volume 1 opens on a single failure",
                hint: "judge at least 10 calls")
        }
    }

    func readRun(_ map: MappingReader) {
        guard let entry = map.entry("run") else { return }
        notInForce.note("run", at: entry.position)
        guard let words = read.list(entry.value, "'run'", most: 256) else { return }
        if words.isEmpty { reporter.error(.tooFew, at: entry.value.position, "'run' needs at least a program") }
        for word in words { _ = read.text(word, "a word of 'run'") }
    }

    func readUnused(_ map: MappingReader) {
        if let connections = unused("connections", of: map) {
            for entry in connections.allEntries() {
                if !TopologyName.isValid(entry.key) { _ = read.name(key(entry), "a pool of connections") }
                guard let pool = read.mapping(entry.value, "a pool of connections") else { continue }
                _ = pool.optionalInteger("max", 1...10_000)
                _ = pool.optionalDuration("wait", Ranges.anyWait)
                pool.finish()
            }
        }
        if let cache = unused("cache", of: map) {
            _ = cache.optionalInteger("entries", 1...10_000_000)
            _ = cache.optionalDuration("ttl", Ranges.day)
            cache.finish()
        }
        if let queue = unused("queue", of: map) {
            _ = queue.optionalInteger("capacity", 1...TopologyLimits.queuePerPool)
            _ = queue.word("overflow", default: Pool.Overflow.rejectNew)
            queue.finish()
        }
        if let health = unused("health", of: map) { readHealth(health) }
    }

    private func readHealth(_ map: MappingReader) {
        for probe in Probe.allCases {
            guard let settings = map.mapping(probe.rawValue) else { continue }
            _ = settings.optionalDuration("interval", Ranges.day)
            _ = settings.optionalDuration("timeout", Ranges.timeout)
            _ = settings.optionalInteger("failures", 1...100)
            _ = settings.optionalInteger("successes", 1...100)
            settings.finish()
        }
        map.finish()
    }

    private func unused(_ key: String, of map: MappingReader) -> MappingReader? {
        guard let entry = map.entry(key) else { return nil }
        notInForce.note(key, at: entry.position)
        return read.mapping(entry.value, "'\(key)'")
    }

    private func key(_ entry: YAMLValue.Entry) -> YAMLValue {
        YAMLValue(content: .text(entry.key, quoted: true), position: entry.position)
    }
}
