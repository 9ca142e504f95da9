import MeshBase
import Topology
import Wire

/// Draws what each request of a load asks for: kind, customer, record and priority.
struct RequestSource: Sendable {
    private var generator: Generator
    private let sampler: CustomerSampler
    /// The first customers, who ask nothing.
    private let silent: Int
    private let keys: UInt64
    private let services: UInt64
    /// Of 2^32: below the first it is a read, below the second a write.
    private let readBelow: UInt64
    private let writeBelow: UInt64
    /// Of 2^32, rising, for all priorities but the last; empty when none is stated.
    private let priorityBelow: [UInt64]
    private let values: ClosedRange<UInt64>?
    private var keyed: KeyedCalls?
    /// Of values and keys alone, so that a load with them asks the same customers at the same times.
    private var extras: Generator

    init(_ configuration: LoadConfiguration) {
        generator = Generator(seed: configuration.seed, concern: "load-requests")
        extras = Generator(seed: configuration.seed, concern: "load-calls")
        values = configuration.values
        keyed = configuration.post == .keyed ? KeyedCalls() : nil
        silent = configuration.silentCustomers
        sampler = CustomerSampler(count: configuration.customers - silent, popularity: configuration.popularity)
        keys = UInt64(configuration.keys)
        services = UInt64(configuration.services.count)
        readBelow = Self.threshold(configuration.mix.reads)
        // Where there are no services rounding must not make one.
        writeBelow =
            configuration.mix.services == 0
            ? 1 << 32 : Self.threshold(configuration.mix.reads + configuration.mix.writes)
        var below: [UInt64] = []
        if let shares = configuration.priorities.shares {
            var sum = 0.0
            let last = shares.lastIndex { $0 > 0 } ?? 0
            for (index, share) in shares.enumerated() {
                sum += share
                below.append(index >= last ? 1 << 32 : Self.threshold(sum))
            }
        }
        priorityBelow = below
    }

    private static func threshold(_ share: Double) -> UInt64 { UInt64((min(max(share, 0), 1) * 0x1p32).rounded()) }

    mutating func next(intended: Instant) -> LoadRequest {
        let draw = generator.next()
        let kindDraw = draw >> 32
        let kind: LoadRequest.Kind = kindDraw < readBelow ? .read : kindDraw < writeBelow ? .write : .service
        var priority = Priority.normal
        if !priorityBelow.isEmpty {
            let priorityDraw = draw & 0xFFFF_FFFF
            var index = 0
            while priorityDraw >= priorityBelow[index] { index += 1 }
            priority = Priority(rawValue: UInt8(index)) ?? .low
        }
        let customer = silent + sampler.sample(using: &generator)
        let item = kind == .service ? generator.below(services) : generator.below(keys) + 1
        var request = LoadRequest(
            intended: intended, customer: UInt32(customer), item: UInt32(truncatingIfNeeded: item), kind: kind,
            priority: priority)
        guard kind == .service else { return request }
        if let values { request.value = values.lowerBound + extras.below(values.upperBound - values.lowerBound + 1) }
        keyed?.key(&request, &extras)
        return request
    }
}
