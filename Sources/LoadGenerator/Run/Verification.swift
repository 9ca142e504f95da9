import Checkers
import MeshBase

/// Reading every record with an acknowledged write back: which record is to be read next, and when to give up.
///
/// A record whose answer is a refusal, or is older than it should be, is asked for again until `patience` has passed
/// since its first trouble: copies may still be under repair.
struct Verification: Sendable {
    private struct Retry: Sendable {
        var record: RecordID
        var at: Instant
    }

    static let pause = TimeAmount.milliseconds(200)

    private let patience: TimeAmount
    private let records: [RecordID]
    private var next = 0
    /// In the order of their times; at most as many as there are records.
    private var retries: [Retry] = []
    private var retryHead = 0
    private var troubled: [RecordID: Instant] = [:]
    private var lastAnswer: Instant
    private(set) var inFlight = 0
    private(set) var givenUp = 0

    init() { self.init([], patience: .zero, now: .zero) }

    init(_ records: [RecordID], patience: TimeAmount, now: Instant) {
        self.records = records
        self.patience = patience
        lastAnswer = now
    }

    var isDone: Bool { next == records.count && retryHead == retries.count && inFlight == 0 }

    /// The record to ask for now.
    mutating func take(now: Instant) -> RecordID? {
        if next < records.count {
            next += 1
            inFlight += 1
            return records[next - 1]
        }
        guard retryHead < retries.count, retries[retryHead].at <= now else { return nil }
        let record = retries[retryHead].record
        retryHead += 1
        if retryHead > 256, retryHead * 2 > retries.count {
            retries.removeFirst(retryHead)
            retryHead = 0
        }
        inFlight += 1
        return record
    }

    /// - Parameter mayAskAgain: false where no copy is under repair, so that asking again would give the same.
    mutating func answered(
        _ record: RecordID, _ found: AcknowledgedWrites.ReadBack, _ writes: inout AcknowledgedWrites, now: Instant,
        mayAskAgain: Bool = true
    ) {
        if isOver(record, isGood: writes.isDominated(record, by: found) || !mayAskAgain, now: now) {
            writes.readBack(record, found)
        }
    }

    /// Takes an answer.
    /// - Parameter isGood: it is all that was hoped for.
    /// - Returns: whether it has to do; false where the record is asked for again.
    mutating func isOver(_ record: RecordID, isGood: Bool, now: Instant) -> Bool {
        inFlight -= 1
        lastAnswer = now
        return isGood || !retry(record, now: now)
    }

    /// Refused, or not answered.
    mutating func failed(_ record: RecordID, now: Instant) {
        inFlight -= 1
        if !retry(record, now: now) { givenUp += 1 }
    }

    private mutating func retry(_ record: RecordID, now: Instant) -> Bool {
        let since = troubled[record] ?? now
        guard now - since < patience else { return false }
        troubled[record] = since
        retries.append(Retry(record: record, at: now + Self.pause))
        return true
    }

    /// Gives up on what is left when no record at all has been answered for a while.
    mutating func giveUpIfHopeless(now: Instant) {
        guard now - lastAnswer > max(patience, .seconds(1)) else { return }
        givenUp += records.count - next + retries.count - retryHead
        next = records.count
        retryHead = retries.count
    }
}
