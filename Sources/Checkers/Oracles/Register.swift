/// A write that has begun and was not acknowledged yet, and perhaps never will be.
struct OpenWrite: Sendable {
    /// The highest version acknowledged or read before it began.
    var floor: VersionWitness
    /// The version at which a read has found its value.
    var witnessed: VersionWitness?
}

/// What `RegisterChecker` knows of one record.
struct Register: Sendable {
    struct Known: Sendable {
        var version: VersionWitness
        /// Nil for a deletion.
        var value: UInt64?
    }

    private struct InFlight: Sendable {
        var operation: OperationID
        var floor: VersionWitness
        var isOver = false
    }

    /// The highest version acknowledged or read so far.
    private(set) var floor = VersionWitness.none
    /// Versions that an operation in flight may still return, rising; those below every floor are dropped.
    private(set) var versions: [Known] = []
    var open: [UInt64: OpenWrite] = [:]
    /// Deletions that have begun and were neither acknowledged nor refused.
    var openDeletes = 0
    private(set) var inFlight = 0
    /// Operations in the order in which they began, which is also the order of their floors.
    private var line: [InFlight] = []
    private var lineHead = 0
    private var ticketOfLineStart = 0

    var oldest: OperationID? { lineHead < line.count ? line[lineHead].operation : nil }

    mutating func begin(_ operation: OperationID) -> (floor: VersionWitness, ticket: Int) {
        line.append(InFlight(operation: operation, floor: floor))
        inFlight += 1
        return (floor, ticketOfLineStart + line.count - 1)
    }

    mutating func finish(
        _ operation: OperationID, _ work: RegisterChecker.Pending, _ outcome: History.Outcome, isComplete: Bool,
        _ violations: inout Violations<RegisterChecker.Violation>
    ) {
        var report = Report(record: work.record, operation: operation, violations: violations)
        switch (work.action, outcome) {
        case (_, .unknown):
            break
        case (.read, .found(let version, let value)):
            read(version, value, work, isComplete, &report)
        case (.read, .missing(let version)):
            readMissing(version, work, &report)
        case (.write(let value), .acknowledged(let version)):
            acknowledged(version, value, work, &report)
        case (.delete, .acknowledged(let version)):
            acknowledged(version, nil, work, &report)
        case (.write(let value), .failed):
            if let version = open.removeValue(forKey: value)?.witnessed {
                report.add(.refusedWriteRead, "the refused write of \(value) was read at \(version)")
            }
        case (.delete, .failed):
            openDeletes -= 1
        case (.read, .failed):
            break
        default:
            report.add(.malformed, "\(outcome) is no outcome of \(work.action)")
        }
        violations = report.violations
        leave(work.ticket)
    }

    // MARK: Rules

    private mutating func read(
        _ version: VersionWitness, _ value: UInt64, _ work: RegisterChecker.Pending, _ isComplete: Bool,
        _ report: inout Report
    ) {
        if version < work.floor {
            return report.add(.staleRead, "read \(version) although \(work.floor) was there before it began")
        }
        if let known = known(version) {
            if known.value != value {
                let other = known.value.map { "the write of \($0)" } ?? "a deletion"
                report.add(.versionReused, "\(version) was read with value \(value) and is \(other)")
            }
        } else if let write = open[value] {
            if let earlier = write.witnessed, earlier != version {
                report.add(.valueMoved, "value \(value) was read at \(version) and before at \(earlier)")
            } else if version <= write.floor {
                report.add(.staleWrite, "the write of \(value) took \(version), not above \(write.floor)")
            }
            open[value]?.witnessed = version
            learn(version, value)
        } else if isComplete {
            report.add(.valueFromNowhere, "read \(value) at \(version), which nobody wrote")
        }
        floor = max(floor, version)
    }

    private mutating func readMissing(
        _ version: VersionWitness, _ work: RegisterChecker.Pending, _ report: inout Report
    ) {
        if version == .none {
            // A tombstone may have been dropped for good: nothing is then as new as the deletion. So may one whose deletion
            // was never acknowledged: what is known is gone from then on, since something above it was stored.
            guard work.floor != .none, known(work.floor)?.value != nil else { return }
            guard openDeletes == 0 else { return floor = max(floor, work.floor.successor) }
            return report.add(.staleRead, "found nothing although \(work.floor) was there before it began")
        }
        if version < work.floor {
            return report.add(.staleRead, "missing at \(version) although \(work.floor) was there before it began")
        }
        if let known = known(version) {
            if let value = known.value {
                report.add(.versionReused, "\(version) was read as a deletion and is the write of \(value)")
            }
        } else if openDeletes > 0 {
            learn(version, nil)
        } else {
            report.add(.valueFromNowhere, "read a deletion at \(version), which nobody made")
        }
        floor = max(floor, version)
    }

    private mutating func acknowledged(
        _ version: VersionWitness, _ value: UInt64?, _ work: RegisterChecker.Pending, _ report: inout Report
    ) {
        let witnessed = value.flatMap { open.removeValue(forKey: $0)?.witnessed }
        if value == nil { openDeletes -= 1 }
        if let known = known(version), known.value != value {
            let other = known.value.map { "the write of \($0)" } ?? "a deletion"
            return report.add(.versionReused, "\(version) was acknowledged and is \(other) already")
        }
        if version <= work.floor {
            return report.add(.staleWrite, "acknowledged as \(version), not above \(work.floor) from before it began")
        }
        if let witnessed, witnessed != version {
            report.add(.valueMoved, "acknowledged as \(version) and read before at \(witnessed)")
        }
        learn(version, value)
        floor = max(floor, version)
    }

    // MARK: Versions

    private func known(_ version: VersionWitness) -> Known? {
        let index = position(of: version)
        return index < versions.count && versions[index].version == version ? versions[index] : nil
    }

    /// The first position whose version is not below.
    private func position(of version: VersionWitness) -> Int {
        var low = 0
        var high = versions.count
        while low < high {
            let middle = (low + high) / 2
            if versions[middle].version < version { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func learn(_ version: VersionWitness, _ value: UInt64?) {
        let index = position(of: version)
        guard index == versions.count || versions[index].version != version else { return }
        versions.insert(Known(version: version, value: value), at: index)
    }

    /// Takes an operation out of the line, and drops the versions that no operation may return any more.
    private mutating func leave(_ ticket: Int) {
        line[ticket - ticketOfLineStart].isOver = true
        inFlight -= 1
        while lineHead < line.count, line[lineHead].isOver { lineHead += 1 }
        if lineHead == line.count || lineHead > 64 && lineHead * 2 > line.count {
            line.removeFirst(lineHead)
            ticketOfLineStart += lineHead
            lineHead = 0
        }
        let lowest = line.isEmpty ? floor : line[lineHead].floor
        let dead = position(of: lowest)
        if dead == versions.count || dead > 64 && dead * 2 > versions.count || versions.count - dead <= 1 {
            versions.removeFirst(dead)
        }
    }
}

/// Violations with the operation they are about.
private struct Report {
    let record: RecordID
    let operation: OperationID
    var violations: Violations<RegisterChecker.Violation>

    mutating func add(_ kind: RegisterChecker.Violation, _ detail: @autoclosure () -> String) {
        violations.add(kind, "\(record), \(operation): " + detail())
    }
}
