import MeshBase
import Resilience
import Topology

/// What a load asks of a mesh. `LoadRun` checks it once, when it is made.
package struct LoadConfiguration: Sendable {
    package enum Arrivals: String, Hashable, Sendable, CaseIterable {
        /// One request every 1/rate.
        case uniform
        /// Independent arrivals, as of many users who know nothing of each other.
        case poisson
    }

    /// How services are called.
    package enum Post: String, Hashable, Sendable, CaseIterable {
        /// With POST, without a key.
        case plain
        /// With POST, each under an idempotency key of its own; one call in ten repeats an earlier one with its key.
        case keyed
    }

    /// The seed of arrivals, customers, keys and kinds.
    package var seed: UInt64 = 42
    /// Requests per second, above 0 and up to 1 000 000.
    package var rate: Double
    /// At most 30 days.
    package var duration: TimeAmount
    package var arrivals = Arrivals.poisson
    /// Customers `c1` ... `cN`, 1 ... 10 000 000.
    package var customers: Int
    /// So many of them, the first, ask nothing: less than there are.
    package var silentCustomers = 0
    package var popularity = Customers.Popularity.zipf(exponent: 1)
    /// Records per customer, `k1` ... `kM`, 1 ... 1 000 000.
    package var keys = 10
    /// What keys begin with, in turn by their number; at least one, which may be empty.
    package var keyPrefixes = [""]
    /// What the mesh promises, by the number of a key modulo the count; empty where all keys are alike.
    package var keyTiers: [StoreSettings.Tier] = []
    /// Keys that keep siblings, as `keyTiers`: each blind write of a load becomes one. Nothing is judged of them where
    /// `checksSiblings` does not say so.
    package var keySiblings: [Bool] = []
    package var mix = LoadMix.standard
    package var priorities = PriorityMix.unstated
    /// Asked in turn at random; at least one if the mix has services.
    package var services: [String] = []
    /// Nil: with GET.
    package var post: Post?
    /// What stands in `X-Value` of a call of a service, drawn evenly; none where nil. At most 10^15.
    package var values: ClosedRange<UInt64>?
    /// Bytes of a written value, 64 ... 1 MiB.
    package var valueSize = 64

    /// Keep-alive connections, 1 ... 10 000; each carries one request at a time.
    package var connections = 64
    /// Requests that wait while every connection is busy, 0 ... 1 000 000; more are dropped. Nil: a second's worth, and
    /// at least 1024.
    package var queue: Int?
    /// The longest wait for an answer, and the longest wait in the queue; 1 ms ... 10 min.
    package var timeout = TimeAmount.seconds(5)

    /// Reads every record with an acknowledged write back at the end.
    package var verifies = false
    /// How long reading back is tried again without any success; 0 ... 10 min.
    package var verificationPatience = TimeAmount.seconds(10)
    /// Also holds all answers to reads and writes against one register per record; costs a microsecond a request.
    package var checksRegisters = false
    /// Also has every customer carry its session, and holds the answers against it.
    package var checksSessions = false
    /// Also has writes of keys that keep siblings supersede what was seen, and reads those back. Several runs at once on the
    /// same records can judge little of each other's.
    package var checksSiblings = false
    /// Also reads back what is of tier cache among others, apart from what is kept: how much of it is lost.
    package var readsCacheBack = false
    /// Tells customers apart, 0 ..< `LoadWindows.classes`, in the parts of a run; all alike where nil.
    package var customerClass: (@Sendable (_ customer: Int) -> Int)?
    /// The name of the cell that serves a customer first: what no cell has answered counts as its. Nil: as nobody's.
    package var home: (@Sendable (_ customer: Int) -> String?)?
    package var objectives: [Objective] = []
    /// Two degradation levels that the mesh compares: what each group of customers had is told apart. Nil: nothing is.
    package var comparison: ComparisonEntry?
    /// Marks the values of this run, so that those of another one are told apart; drawn from the clock where nil.
    package var run: UInt64?

    package init(rate: Double, duration: TimeAmount, customers: Int = 1000) {
        self.rate = rate
        self.duration = duration
        self.customers = customers
    }

    package init(rate: Double, duration: TimeAmount, customers: Customers) {
        self.init(rate: rate, duration: duration, customers: customers.count)
        popularity = customers.popularity
    }

    /// What the mesh promises to a key; nil where nobody has said.
    func tier(ofKey number: UInt32) -> StoreSettings.Tier? {
        keyTiers.isEmpty ? nil : keyTiers[Int(number) % keyTiers.count]
    }

    /// Whether a key keeps siblings.
    func keepsSiblings(_ number: UInt32) -> Bool {
        !keySiblings.isEmpty && keySiblings[Int(number) % keySiblings.count]
    }

    /// Takes over how the mesh's stores tell keys apart.
    package mutating func tell(_ topology: MeshTopology) {
        keyPrefixes = topology.keyPrefixes
        // A prefix may itself begin with what another one adds: the keys are asked for as they are written.
        keyTiers = keyPrefixes.indices.compactMap { index in
            topology.tier(ofKey: MeshTopology.key(index, prefixes: keyPrefixes))
        }
        keySiblings = keyPrefixes.indices.map { index in
            let key = MeshTopology.key(index, prefixes: keyPrefixes)
            return topology.blueprints.contains {
                ($0.store?.conflictHandling(ofKey: key) ?? .lastWriterWins) != .lastWriterWins
            }
        }
    }

    var queueLimit: Int { queue ?? min(max(1024, Int(rate)), 1_000_000) }

    /// Throws the first thing that is out of its range.
    package func validate() throws(LoadError) {
        func check(_ isGood: Bool, _ message: @autoclosure () -> String) throws(LoadError) {
            if !isGood { throw LoadError(message()) }
        }
        try check(rate > 0 && rate <= 1_000_000, "the rate is \(rate)/s; it must be above 0 and at most 1000000/s")
        try check(
            duration > .zero && duration <= .hours(24 * 30),
            "the duration is \(duration.seconds) s; it must be above 0 and at most 30 days")
        try check(
            (1...TopologyLimits.customers).contains(customers),
            "\(customers) customers; there must be 1 to \(TopologyLimits.customers)")
        try check(
            (0..<customers).contains(silentCustomers),
            "\(silentCustomers) customers ask nothing; it must be 0 to \(customers - 1)")
        try check((1...1_000_000).contains(keys), "\(keys) keys per customer; there must be 1 to 1000000")
        try check(!keyPrefixes.isEmpty, "keys begin with nothing at all; there must be one prefix, which may be empty")
        try check((1...10_000).contains(connections), "\(connections) connections; there must be 1 to 10000")
        try check((0...1_000_000).contains(queueLimit), "a queue of \(queueLimit); it must be 0 to 1000000")
        try check(
            timeout >= .milliseconds(1) && timeout <= .minutes(10),
            "the timeout is \(timeout.milliseconds) ms; it must be 1 ms to 10 min")
        try check(
            verificationPatience >= .zero && verificationPatience <= .minutes(10),
            "reading back is tried for \(verificationPatience.seconds) s; it must be 0 to 10 min")
        try check(
            (RecordValue.size...1 << 20).contains(valueSize),
            "values of \(valueSize) bytes; they must have \(RecordValue.size) bytes to 1 MiB")
        try check(
            (values?.upperBound ?? 0) <= 1_000_000_000_000_000,
            "values of up to \(values?.upperBound ?? 0); at most 10^15")
        try check(
            mix.services > 0 || post == nil && values == nil,
            "only services are called with POST or carry values, and the mix has none")
        try check(mix.services == 0 || !services.isEmpty, "the mix has services, but no service is named")
        for service in services {
            try check(
                !service.isEmpty && service.utf8.count <= 255
                    && service.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3F && $0 != 0x23 },
                "'\(service)' cannot be the name of a service")
        }
    }
}
