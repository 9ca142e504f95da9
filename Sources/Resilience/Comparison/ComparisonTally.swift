import HeapModule
import MeshBase

/// What the customers of an arm had, one by one: a sample of at most so many, drawn by hash, so that who came first or
/// comes often is no likelier to be in it.
public struct ComparisonTally: Sendable {
    /// One customer's.
    struct Customer: Sendable {
        var requests: UInt64 = 0
        var ok: UInt64 = 0
        var quality = 0.0
        var first: Instant
        var last: Instant
        var durations = DurationHistogram()
    }

    /// The most customers of the sample, at least 2.
    public let most: Int
    /// Requests of all customers, in the sample or not.
    public private(set) var requests: UInt64 = 0
    var customers: [UInt64: Customer] = [:]
    private var hashes = Heap<UInt64>()

    /// Nothing seen.
    public init(most: Int = 2_000) { self.most = min(max(most, 2), 100_000) }

    /// How many customers are in the sample.
    public var count: Int { customers.count }

    /// A customer had an answer.
    ///
    /// - Parameters:
    ///   - ok: as the customer sees it.
    ///   - quality: of the answer, 0...1; an answer that is not ok has none.
    public mutating func record(_ customer: CustomerHash, ok: Bool, quality: Double, took: TimeAmount, now: Instant) {
        requests += 1
        // Mixed, since hashes of an arm may all be alike in some bits.
        let hash = StableHash.mix(customer.rawValue ^ 0x6A09_E667_F3BC_C908)
        guard customers[hash] != nil || admit(hash) else { return }
        customers[hash, default: Customer(first: now, last: now)].add(ok: ok, quality: quality, took: took, now: now)
    }

    /// The least hashes stay. One that was never in before was never seen before, or it would have been: what is kept of
    /// a customer is all of it.
    private mutating func admit(_ hash: UInt64) -> Bool {
        if customers.count >= most {
            guard let largest = hashes.max, hash < largest else { return false }
            hashes.removeMax()
            customers[largest] = nil
        }
        hashes.insert(hash)
        return true
    }
}

extension ComparisonTally.Customer {
    mutating func add(ok: Bool, quality: Double, took: TimeAmount, now: Instant) {
        requests += 1
        if ok {
            self.ok += 1
            self.quality += quality.isNaN ? 0 : min(max(quality, 0), 1)
        }
        last = max(last, now)
        durations.record(took)
    }

    /// Whether the customer has stopped: nothing came for five times its mean gap. Nil for one that came fewer than three
    /// times, of whose pace nothing is known.
    func isAbandoned(now: Instant) -> Bool? {
        guard requests >= 3, last > first else { return nil }
        let gap = (last - first).seconds / Double(requests - 1)
        return (now - last).seconds > 5 * gap
    }
}
