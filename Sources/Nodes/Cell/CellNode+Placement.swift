import MeshBase
import Replication
import Sharding
import Topology
import Wire

/// How far a cell has come with one cohort. It belongs to one cell; behind a reference, so that a look at one number of it
/// copies nothing: coordinators ask for those of all cohorts many times a second.
final class CohortRoom {
    /// What the store has of it, as it answered last.
    var stored: StoredCohort { didSet { note() } }
    /// Of `stored`.
    private(set) var version: UInt64 = 0
    private(set) var isPurging = false
    /// The cell is to hold customers of it, by the entry of this version.
    var membership: (version: UInt64, isMember: Bool) = (0, false)
    /// The entry whose installation the store was asked for.
    var installing: PlacementEntry?
    /// Which records go while the store drops some.
    var keeper: RecordKeeper?
    /// The entry before whose installation nothing is left that this cell alone has acknowledged and must not keep.
    var handedOver: UInt64 = 0
    /// The store was asked what is left.
    var isLookingAtLeaving = false
    /// The version at which everything was compared, and with what result.
    var verified: (version: UInt64, result: CohortStatus.Verified) = (0, .open)

    init(_ stored: StoredCohort) {
        self.stored = stored
        note()
    }

    private func note() {
        version = stored.entry.version
        isPurging = stored.isPurging
    }
}

/// How a cell follows the placement: it installs each entry that it hears of, drops what it must not keep, and is filled
/// with what it lacks. A coordinator only decides entries and asks how far the cells are.
extension CellNode {
    /// The store has installed what the cell knows of a cohort, and drops nothing any more.
    func isInstalled(_ cohort: Int) -> Bool {
        !rooms[cohort].isPurging && rooms[cohort].version == ledger.versions[cohort]
    }

    /// The cell is to hold customers of the cohort, by what it knows.
    func isToHold(_ cohort: Int) -> Bool {
        let room = rooms[cohort]
        if room.membership.version != ledger.versions[cohort] {
            room.membership = (
                ledger.versions[cohort], ledger.placement.mayHold(cohort, cell, targetOnly: true)
            )
        }
        return room.membership.isMember
    }

    /// The cell is to hold customers of the cohort, and is not filled for their latest move.
    func needsFill(_ cohort: Int) -> Bool {
        let stored = rooms[cohort].stored
        return tier != .cache && stored.entry.fillMove > stored.filled && isToHold(cohort)
    }

    mutating func planFill(_ cohort: Int) {
        guard store?.life == .votes, isInstalled(cohort), needsFill(cohort) else { return }
        refill.enqueue(cohort)
    }

    /// What is left to be done by the entries that are known at the start.
    mutating func beginPlacement(now: Instant, into sink: inout some CellSink) {
        guard store != nil else { return }
        for cohort in rooms.indices {
            if rooms[cohort].isPurging {
                let stored = rooms[cohort].stored
                if let previous = stored.previous {
                    rooms[cohort].keeper = keeper(from: previous, to: stored.entry)
                }
                purge(cohort, after: .start, into: &sink)
            } else {
                install(cohort, now: now, into: &sink)
                planFill(cohort)
            }
        }
    }

    /// A keeper needs the placement with this very entry, which may not be the newest.
    private func keeper(from previous: PlacementEntry, to entry: PlacementEntry) -> RecordKeeper? {
        if ledger.table.entries[entry.cohort] == entry {
            return RecordKeeper(cell: cell, previous: previous, entry: entry, placement: ledger.placement)
        }
        var table = PlacementTable(cohortCount: ledger.cohorts)
        table.merge(entry)
        guard let placement = try? Placement(topology, table: table) else { return nil }
        return RecordKeeper(cell: cell, previous: previous, entry: entry, placement: placement)
    }

    /// Entries from somebody else, one after the other as in the body of a refusal.
    mutating func learn(_ body: UnsafeRawBufferPointer, now: Instant, into sink: inout some CellSink) {
        guard body.count > 0 else { return }
        guard let entries = EntryExchange.entries(body, cohorts: ledger.cohorts) else {
            counters.unexpectedFrames += 1
            return
        }
        follow(entries.filter { ledger.take($0) }.map(\.entry.cohort), now: now, into: &sink)
    }

    /// Takes over what is news of these cohorts.
    mutating func follow(_ cohorts: [Int], now: Instant, into sink: inout some CellSink) {
        guard !cohorts.isEmpty else { return }
        for cohort in cohorts {
            refill.forget(cohort)
            install(cohort, now: now, into: &sink)
        }
        sink.emit(.placement(version: ledger.table.version))
        goOn(now: now, into: &sink)
    }

    /// A process has told what it knows of the placement.
    mutating func exchange(
        _ frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard let exchange = EntryExchange(frame.body, cohorts: ledger.cohorts) else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let (news, answer) = ledger.hear(exchange)
        answerBuffer.removeAll()
        answer.append(to: &answerBuffer)
        sink.reply(Self.answer(request), to: link, note: .empty, body: answerBuffer.bytes)
        follow(news, now: now, into: &sink)
    }

    // MARK: Installing

    mutating func install(_ cohort: Int, now: Instant, into sink: inout some CellSink) {
        let entry = ledger.table.entries[cohort]
        guard store != nil else {
            rooms[cohort].stored.entry = entry
            return
        }
        let room = rooms[cohort]
        guard room.installing == nil, !room.isPurging, entry.version > room.version else { return }
        let keeper =
            RecordKeeper.mayDrop(from: room.stored.entry, to: entry)
            ? RecordKeeper(cell: cell, previous: room.stored.entry, entry: entry, placement: ledger.placement) : nil
        // What it alone has acknowledged is sent on before it is dropped.
        guard keeper == nil || hasHandedOver(cohort, entry) else {
            return lookAtLeaving(cohort, after: .start, now: now, into: &sink)
        }
        guard let ticket = orders.insert(PendingOrder(purpose: .install(cohort: cohort))) else {
            installRetryAt = min(installRetryAt, now + Self.installInterval)
            return
        }
        rooms[cohort].installing = entry
        rooms[cohort].keeper = keeper
        handOvers.remove(cohort)
        give(.install(entry, keeper), ticket, into: &sink)
    }

    /// The store has answered an order to install an entry.
    mutating func installed(
        _ outcome: StoreAnswer.Outcome, _ cohort: Int, now: Instant, into sink: inout some CellSink
    ) {
        guard let entry = rooms[cohort].installing else { return }
        rooms[cohort].installing = nil
        guard case .installed(entry.version, let isPurging) = outcome else {
            // Full or broken: until it is installed, the store goes on refusing the new epoch.
            counters.recordFailures += 1
            rooms[cohort].keeper = nil
            installRetryAt = min(installRetryAt, now + Self.installInterval)
            return
        }
        rooms[cohort].stored.previous = isPurging ? rooms[cohort].stored.entry : nil
        rooms[cohort].stored.entry = entry
        counters.entriesInstalled += 1
        if isPurging { return purge(cohort, after: .start, into: &sink) }
        settle(cohort, now: now, into: &sink)
    }

    /// Nothing is dropped any more: on to a newer entry, or to what is lacking.
    private mutating func settle(_ cohort: Int, now: Instant, into sink: inout some CellSink) {
        rooms[cohort].keeper = nil
        install(cohort, now: now, into: &sink)
        planFill(cohort)
        goOn(now: now, into: &sink)
    }

    private mutating func purge(_ cohort: Int, after: RecordPosition, into sink: inout some CellSink) {
        guard let keeper = rooms[cohort].keeper else { return }
        guard let ticket = orders.insert(PendingOrder(purpose: .purge(cohort: cohort, after: after))) else {
            installRetryAt = .zero
            return
        }
        give(.purge(keeper, after: after, limit: StoredCohort.purgeLimit), ticket, into: &sink)
    }

    mutating func purged(
        _ outcome: StoreAnswer.Outcome, _ cohort: Int, after: RecordPosition, now: Instant,
        into sink: inout some CellSink
    ) {
        switch outcome {
        case .purged(let upTo?, let dropped):
            counters.recordsDropped += UInt64(dropped)
            purge(cohort, after: upTo, into: &sink)
        case .purged(nil, let dropped):
            counters.recordsDropped += UInt64(dropped)
            rooms[cohort].stored.previous = nil
            settle(cohort, now: now, into: &sink)
        default:
            counters.recordFailures += 1
            installRetryAt = min(installRetryAt, now + Self.installInterval)
        }
    }

    /// What could not be asked of the store is asked again.
    mutating func retryInstalls(now: Instant, into sink: inout some CellSink) {
        guard now >= installRetryAt else { return }
        installRetryAt = .distantFuture
        for cohort in rooms.indices {
            let isPurgeUnderWay = orders.keys.contains { key in
                if case .purge(cohort, _) = orders[key]?.purpose { true } else { false }
            }
            if rooms[cohort].isPurging, !isPurgeUnderWay {
                purge(cohort, after: .start, into: &sink)
            } else {
                install(cohort, now: now, into: &sink)
            }
        }
    }

    static let installInterval = TimeAmount.milliseconds(200)

    // MARK: Status

    /// Tells a coordinator how far the cell is; see `StatusQuestion`.
    mutating func tellStatus(
        _ frame: borrowing FrameView, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) {
        guard case .frame(let link, let request) = asker else { return }
        guard let question = StatusQuestion(frame.body, cohorts: ledger.cohorts) else {
            return refuse(asker, .malformed, frame.head, into: &sink)
        }
        let life = store?.life
        if question.verifies, life == .votes {
            var isAnyNew = false
            for cohort in question.cohorts where verify(cohort) { isAnyNew = true }
            if isAnyNew { goOn(now: now, into: &sink) }
        }
        guard question.counts, store != nil, let cohort = question.cohorts.first else {
            answerBuffer.removeAll()
            for cohort in question.cohorts { status(of: cohort, life).append(to: &answerBuffer) }
            return sink.reply(Self.answer(request), to: link, note: .empty, body: answerBuffer.bytes)
        }
        // Rows are counted one cohort at a time: the store does nothing else meanwhile.
        guard let ticket = orders.insert(PendingOrder(purpose: .count(link, request: request, cohort: cohort))) else {
            counters.refused += 1
            return refuse(asker, .overloaded, frame.head, into: &sink)
        }
        give(.count(cohort: cohort), ticket, into: &sink)
    }

    mutating func counted(
        _ outcome: StoreAnswer.Outcome, _ cohort: Int, to link: ConnectionID, request: UInt64,
        into sink: inout some CellSink
    ) {
        guard case .counted(let rows) = outcome else {
            return sink.refuse(Self.refusal(of: outcome), request: request, to: link)
        }
        var status = status(of: cohort, store?.life)
        status.rows = UInt32(clamping: rows)
        answerBuffer.removeAll()
        status.append(to: &answerBuffer)
        sink.reply(Self.answer(request), to: link, note: .empty, body: answerBuffer.bytes)
    }

    /// - Parameter life: the store's; nil where there is none.
    private func status(of cohort: Int, _ life: StoreLife?) -> CohortStatus {
        let room = rooms[cohort]
        let version = room.version
        let holdsNone = life == nil || tier == .cache || !isToHold(cohort)
        return CohortStatus(
            cohort: cohort, version: version, filled: holdsNone ? Epoch(.max) : room.stored.filled,
            votes: life == nil || life == .votes, isPurging: room.isPurging,
            verified: holdsNone ? .sound : room.verified.version == version ? room.verified.result : .open,
            trouble: condition.statusTrouble)
    }

    /// - Returns: whether it is to be read, and was not before.
    private mutating func verify(_ cohort: Int) -> Bool {
        // Of a cohort that was verified, or has moved on, the numbers tell: the entry is looked at last.
        let room = rooms[cohort]
        guard room.verified.version != room.version, isInstalled(cohort),
            ledger.placement.phase(ofCohort: cohort) != .stable
                || ledger.table.entries[cohort].pins.contains(where: { $0.state.phase == .new })
        else { return false }
        return refill.enqueue(verification: cohort)
    }
}
