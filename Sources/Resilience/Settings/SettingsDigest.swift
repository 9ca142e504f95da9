import MeshBase

extension SettingsDocument {
    /// A hash of all that it says, the same in every process: gossiped beside the version, it tells two documents of one
    /// version apart.
    public var digest: UInt64 {
        var hash = SettingsHash(version)
        hash.add(at)
        hash.add(UInt64(flags.count))
        for flag in flags {
            hash.add(flag.name)
            hash.add("\(flag.scope)")
            hash.add(flag.isOn ? 1 : 0)
            hash.add(flag.set)
            hash.add(flag.until)
        }
        hash.add(UInt64(breakers.count))
        for breaker in breakers {
            hash.add(breaker.gate)
            hash.add(breaker.mode.rawValue)
            hash.add(breaker.set)
            hash.add(breaker.until)
        }
        hash.add(UInt64(levels.count))
        for level in levels {
            hash.add("\(level.scope)")
            hash.add(UInt64(level.level.rawValue))
            hash.add(level.isPinned ? 1 : 0)
            hash.add(level.set)
            hash.add(level.until)
        }
        if let peak {
            hash.add(peak.name)
            hash.add(peak.set)
            hash.add(peak.until)
        }
        hash.add(peak == nil ? 0 : 1)
        if let comparison {
            hash.add(UInt64(comparison.a.rawValue))
            hash.add(UInt64(comparison.b.rawValue))
            hash.add(comparison.share.bitPattern)
            hash.add(comparison.seed)
            hash.add(comparison.set)
            hash.add(comparison.until)
        }
        hash.add(comparison == nil ? 0 : 1)
        if let notice {
            hash.add(notice.text)
            hash.add(notice.set)
            hash.add(notice.until)
        }
        return hash.value
    }
}

private struct SettingsHash {
    var value: UInt64
    init(_ value: UInt64) { self.value = StableHash.mix(value) }
    mutating func add(_ word: UInt64) { value = StableHash.combine(value, word) }
    mutating func add(_ text: String) { add(StableHash.hash(text)) }
    mutating func add(_ time: WallTime?) {
        add(time == nil ? 0 : 1)
        if let time { add(UInt64(bitPattern: time.milliseconds)) }
    }
}
