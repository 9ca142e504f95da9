import Consensus
import MeshBase
import Replication

/// The disk as `StoreDesk` sees it. What comes out of a dictionary is sorted, so that its order does not matter.
extension SimDisk: RecordShelf {
    typealias Failure = Never

    var storeID: UInt64 { identity?.id ?? 0 }
    var life: StoreLife { identity?.life ?? .unborn }
    var recordBytes: Int { .max }

    // MARK: Rows

    func version(_ position: RecordPosition) -> (version: RecordVersion, tombstone: Bool) {
        guard let known = records[Self.key(position)] else { return (.none, false) }
        return (known.version, known.tombstone)
    }

    func record(_ position: RecordPosition) -> StoredRecord? {
        records[Self.key(position)].map {
            StoredRecord(
                line: RecordLine(position: position, version: $0.version, tombstone: $0.tombstone), value: $0.value)
        }
    }

    func lines(after position: RecordPosition, upTo last: UInt64, limit: Int, fingerprints: Bool) -> [RecordLine] {
        guard position.hash.rawValue <= last else { return [] }
        var found: [RecordLine] = []
        records.forEach(of: position.hash.rawValue...last) { key, record in
            let place = Self.position(key)
            guard place > position else { return }
            found.append(
                RecordLine(
                    position: place, version: record.version, tombstone: record.tombstone,
                    fingerprint: fingerprints ? record.value.withUnsafeBytes { RecordLine.fingerprint($0) } : 0))
        }
        found.sort { $0.position < $1.position }
        if found.count > limit { found.removeSubrange(limit...) }
        return found
    }

    func count(_ hashes: ClosedRange<UInt64>) -> Int {
        var count = 0
        records.forEach(of: hashes) { _, _ in count += 1 }
        return count
    }

    func write(_ record: StoredRecord) -> (version: RecordVersion, isKept: Bool) {
        let (key, line) = (Self.key(record.line.position), record.line)
        if let known = records[key], known.version >= line.version { return (known.version, false) }
        records[key] = Record(
            version: line.version, value: line.tombstone ? [] : record.value, tombstone: line.tombstone)
        return (line.version, true)
    }

    func replace(_ position: RecordPosition, _ row: SiblingRule.Row) {
        records[Self.key(position)] = Record(version: row.version, value: row.value, tombstone: row.tombstone)
    }

    func remove(_ position: RecordPosition) {
        let key = Self.key(position)
        records[key] = nil
        promises[key] = nil
    }

    // MARK: Hints

    func hint(_ position: RecordPosition, _ version: RecordVersion, at: Int64) {
        if !dropsHints { hints[Self.key(position)] = (version, at) }
    }

    func hints(after: RecordPosition, until: Int64, limit: Int) -> [RecordLine] {
        let lines = hints.filter { $0.value.at <= until }.map { key, hint in
            RecordLine(position: Self.position(key), version: hint.version, tombstone: false)
        }
        return Array(lines.filter { $0.position > after }.sorted { $0.position < $1.position }.prefix(limit))
    }

    func hintTotal() -> (count: Int, oldest: Int64) { (hints.count, hints.values.map(\.at).min() ?? 0) }

    func settle(_ line: RecordLine) {
        let key = Self.key(line.position)
        if hints[key]?.version == line.version { hints[key] = nil }
    }

    // MARK: Claims

    func promised(_ position: RecordPosition) -> RecordVersion { promises[Self.key(position)]?.ballot ?? .none }

    func promise(_ position: RecordPosition, _ ballot: RecordVersion, until: Int64) {
        let key = Self.key(position)
        promises[key] = (ballot, max(until, promises[key]?.until ?? 0))
    }

    func expiredClaims(before: Int64, limit: Int) -> [RecordPosition] {
        let claims = claims().filter { $0.value?.job == nil }.map { claim in
            (position: claim.position, until: max(claim.value?.expires ?? 0, promises[claim.key]?.until ?? 0))
        }
        let promised = bare().map { (position: Self.position($0.key), until: $0.value.until) }
        return (claims + promised).filter { $0.until < before }
            .sorted { ($0.until, $0.position) < ($1.until, $1.position) }.prefix(limit).map(\.position)
    }

    func settledClaims(limit: Int) -> [RecordPosition] {
        claims().filter { $0.value?.isSettled == true }
            .sorted { ($0.value?.expires ?? 0, $0.version) < ($1.value?.expires ?? 0, $1.version) }
            .prefix(limit).map(\.position)
    }

    func queuedClaims(limit: Int) -> [RecordPosition] {
        Array(claims().filter { $0.value?.job != nil }.map(\.position).sorted().prefix(limit))
    }

    func claimCount() -> Int { records.count { ClaimKey.isClaim($0.key.key) } + bare().count }

    private func claims() -> [(key: Key, position: RecordPosition, version: RecordVersion, value: ClaimValue?)] {
        records.filter { ClaimKey.isClaim($0.key.key) }.map { key, record in
            (key, Self.position(key), record.version, ClaimValue(record.value))
        }
    }

    /// Promises of claims that have no row.
    private func bare() -> [Key: (ballot: RecordVersion, until: Int64)] { promises.filter { records[$0.key] == nil } }

    // MARK: Cohorts, life and decrees

    func set(_ cohort: StoredCohort) { stored[cohort.entry.cohort] = cohort }
    func set(_ life: StoreLife) { identity?.life = life }
    func set(cursor: RecordPosition) { identity?.cursor = cursor }
    func set(peers: [String: UInt64]) { identity?.peers = peers }
    func findRoom() {}
    func decree(_ number: UInt32) -> [UInt8]? { decrees[number] }
    func keep(_ blob: [UInt8], as number: UInt32) { decrees[number] = blob }

    static func key(_ position: RecordPosition) -> Key {
        Key(customer: position.customer, hash: position.hash, key: position.key)
    }
    static func position(_ key: Key) -> RecordPosition {
        RecordPosition(hash: key.hash, customer: key.customer, key: key.key)
    }
}
