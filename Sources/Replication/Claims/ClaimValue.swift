import MeshBase
import Topology

/// What a customer's shard knows of one idempotency key: the value of its register.
public struct ClaimValue: Sendable, Hashable {
    /// Who carries the call out: no other process will, whatever becomes of this one.
    public struct Claimer: Sendable, Hashable {
        /// The cell that serves the call.
        public var cell: CellIndex
        /// Unique to this call among all of all lives of the cell's process.
        public var call: UInt64

        /// A call of a cell.
        public init(cell: CellIndex, call: UInt64) {
            self.cell = cell
            self.call = call
        }
    }
    /// The answer that is given again.
    public struct Answer: Sendable, Hashable {
        /// An HTTP status.
        public var status: UInt16
        /// The body is JSON.
        public var isJSON: Bool
        /// Which fallbacks were used; empty for none.
        public var note: [UInt8]
        /// At most `ClaimValue.room` bytes with `note`.
        public var body: [UInt8]
        /// Note and body were larger, and are not kept.
        public var isCut: Bool

        /// An answer by its parts, as far as it is kept: note and body have `room` bytes.
        public init(
            status: UInt16, isJSON: Bool, note: [UInt8], body: [UInt8], room: Int = ClaimValue.answerLimit
        ) {
            isCut = note.count + body.count > room
            self.status = status
            self.isJSON = isJSON
            self.note = isCut ? [] : note
            self.body = isCut ? [] : body
        }
    }
    /// A call that was accepted and is carried out later, with all that it takes.
    public struct Job: Sendable, Hashable {
        /// Milliseconds since 1970 at which it was accepted.
        public var since: Int64
        /// Of HTTP, as frames have it.
        public var method: UInt8
        /// The raw value of its class.
        public var priority: UInt8
        /// What followed the service in the path.
        public var path: [UInt8]
        /// What the client sent.
        public var body: [UInt8]

        /// A job by its parts.
        public init(since: Int64, method: UInt8, priority: UInt8, path: [UInt8] = [], body: [UInt8] = []) {
            self.since = since
            self.method = method
            self.priority = priority
            self.path = path
            self.body = body
        }

        /// Bytes of a value that holds it.
        public var bytes: Int { ClaimValue.jobOverhead + path.count + body.count }
    }
    /// How far the call has come.
    public enum State: Sendable, Hashable {
        /// Nothing was begun, or what was claimed was turned away before it began.
        case free
        /// The claimer carries it out, or has died while it did.
        case claimed
        case done(Answer)
        /// Accepted, and acknowledged: it is carried out when that can be done.
        case queued(Job)
    }

    /// Who claimed it last.
    public var claimer: Claimer
    /// Of the request that the key was first used for: method, path and body.
    public var fingerprint: UInt64
    /// Milliseconds since 1970, after which the key is as one that was never used.
    public var expires: Int64
    /// How far it has come.
    public var state: State

    /// Bytes of an answer that is kept at most; of a larger one the status alone is.
    public static let answerLimit = 64 << 10
    /// Bytes of a value that any frame takes, however small a body may be.
    public static let smallest = 1 << 10
    private static let overhead = 35
    static let jobOverhead = 42
    /// Bytes of note and body that are kept in a mesh whose records are at most so large: claims move as records do.
    public static func room(bodyLimit: Int) -> Int { min(answerLimit, max(bodyLimit, smallest)) - overhead }
    private static let format: UInt8 = 1

    /// A value by its parts.
    public init(claimer: Claimer, fingerprint: UInt64, expires: Int64, state: State) {
        self.claimer = claimer
        self.fingerprint = fingerprint
        self.expires = expires
        self.state = state
    }

    /// The call was carried out and is answered from here.
    public var isSettled: Bool { if case .done = state { true } else { false } }

    /// The call was acknowledged and is yet to be carried out.
    public var job: Job? { if case .queued(let job) = state { job } else { nil } }

    /// As the store keeps it; integers in little-endian order.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = [Self.format]
        switch state {
        case .free: bytes.append(0)
        case .claimed: bytes.append(1)
        case .done: bytes.append(2)
        case .queued: bytes.append(3)
        }
        append(claimer.cell.rawValue, to: &bytes)
        append(claimer.call, to: &bytes)
        append(fingerprint, to: &bytes)
        append(expires, to: &bytes)
        if case .done(let answer) = state {
            append(answer.status, to: &bytes)
            bytes.append((answer.isJSON ? 1 : 0) | (answer.isCut ? 2 : 0))
            append(UInt32(answer.note.count), to: &bytes)
            bytes += answer.note
            bytes += answer.body
        }
        if case .queued(let job) = state {
            append(job.since, to: &bytes)
            bytes += [job.method, job.priority]
            append(UInt32(job.path.count), to: &bytes)
            bytes += job.path
            bytes += job.body
        }
        return bytes
    }

    /// Nil for anything that `encoded` does not give.
    public init?(_ bytes: [UInt8]) {
        func integer<Integer: FixedWidthInteger>(_ at: Int, _: Integer.Type) -> Integer {
            bytes.withUnsafeBytes {
                Integer(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: Integer.self))
            }
        }
        guard bytes.count >= 28, bytes[0] == Self.format else { return nil }
        claimer = Claimer(cell: CellIndex(integer(2, UInt16.self)), call: integer(4, UInt64.self))
        fingerprint = integer(12, UInt64.self)
        expires = integer(20, Int64.self)
        switch bytes[1] {
        case 0 where bytes.count == 28: state = .free
        case 1 where bytes.count == 28: state = .claimed
        case 2:
            guard bytes.count >= Self.overhead, bytes[30] <= 3 else { return nil }
            let note = Int(integer(31, UInt32.self))
            guard note <= bytes.count - Self.overhead else { return nil }
            var answer = Answer(
                status: integer(28, UInt16.self), isJSON: bytes[30] & 1 != 0,
                note: Array(bytes[Self.overhead..<Self.overhead + note]),
                body: Array(bytes[(Self.overhead + note)...]))
            answer.isCut = bytes[30] & 2 != 0
            state = .done(answer)
        case 3:
            guard bytes.count >= Self.jobOverhead else { return nil }
            let path = Int(integer(38, UInt32.self))
            guard path <= bytes.count - Self.jobOverhead else { return nil }
            state = .queued(
                Job(
                    since: integer(28, Int64.self), method: bytes[36], priority: bytes[37],
                    path: Array(bytes[Self.jobOverhead..<Self.jobOverhead + path]),
                    body: Array(bytes[(Self.jobOverhead + path)...])))
        default: return nil
        }
    }

    private func append<Integer: FixedWidthInteger>(_ value: Integer, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Where claims lie among the records: they move, and are verified and dropped, as records are.
public enum ClaimKey {
    /// The first byte of a claim's key; no record's key begins with it.
    public static let mark: UInt8 = 0
    /// Bytes of an idempotency key.
    public static let longest = 255

    /// The key of a claim's row.
    public static func bytes(service: [UInt8], key: [UInt8]) -> [UInt8] { [mark] + service + [mark] + key }

    /// A key of any length as one of at most `longest` bytes: of a longer one its beginning, and two hashes of the whole.
    public static func fitting(_ key: UnsafeRawBufferPointer) -> [UInt8] {
        guard key.count > longest else { return Array(key) }
        let first = StableHash.hash(key)
        let hashes = [first, StableHash.hash(key, seed: first)].flatMap {
            withUnsafeBytes(of: $0.bigEndian, Array.init)
        }
        return key.prefix(longest - 33) + Array(("-" + HexText.text(hashes)).utf8)
    }

    /// The idempotency key of a claim's row; nil where the row is none.
    public static func key(of row: [UInt8]) -> ArraySlice<UInt8>? {
        guard isClaim(row), let end = row.dropFirst().firstIndex(of: mark) else { return nil }
        return row[(end + 1)...]
    }

    /// Whether a row is a claim.
    public static func isClaim(_ key: [UInt8]) -> Bool { key.first == mark }
}
