import MeshBase

/// Draws customers by their popularity, one draw of the generator and one look into a table each (the alias method,
/// Walker 1977, in Vose's linear construction 1991).
///
/// The table takes 8 bytes per customer for `zipf` and nothing for `uniform`. Equal inputs give equal tables on every
/// machine: the weights come from MeshBase's own logarithm and exponential.
public struct CustomerSampler: Sendable {
    private let count: UInt64
    /// For each slot the chance to keep it, in units of 2^-32; empty when every customer is as likely as another.
    private var keep: [UInt32] = []
    /// Where a slot that is not kept leads.
    private var alias: [UInt32] = []

    /// - Parameter count: 1...10 000 000 customers; more are cut off, fewer count as one.
    public init(count: Int, popularity: Customers.Popularity) {
        let count = min(max(count, 1), TopologyLimits.customers)
        self.count = UInt64(count)
        if case .zipf(let exponent) = popularity, exponent > 0, count > 1 {
            build(weights: Self.zipfWeights(count: count, exponent: exponent))
        }
    }

    public init(_ customers: Customers) { self.init(count: customers.count, popularity: customers.popularity) }

    /// The number of a customer, 1...count.
    public func sample(using generator: inout Generator) -> Int {
        let (slot, fraction) = generator.next().multipliedFullWidth(by: count)
        let position = Int(slot)
        if keep.isEmpty || UInt32(truncatingIfNeeded: fraction >> 32) < keep[position] { return position + 1 }
        return Int(alias[position]) + 1
    }

    /// What share of draws gives customer number `number`, 0...1: what a test or a prediction expects.
    public static func share(of number: Int, count: Int, popularity: Customers.Popularity) -> Double {
        guard number >= 1, number <= count else { return 0 }
        guard let weights = weights(count: count, popularity: popularity) else { return 1 / Double(count) }
        return weights[number - 1] / weights.reduce(0, +)
    }

    /// How often each customer is drawn in proportion to the others, in the order of their numbers; nil where every
    /// customer is as likely as another.
    ///
    /// - Parameter count: 1...10 000 000; takes 8 bytes and some 50 ns for each.
    public static func weights(count: Int, popularity: Customers.Popularity) -> [Double]? {
        guard case .zipf(let exponent) = popularity, exponent > 0, count > 0 else { return nil }
        return zipfWeights(count: count, exponent: exponent)
    }

    private static func zipfWeights(count: Int, exponent: Double) -> [Double] {
        // Above 100 every draw is the first customer; the bound also keeps infinity out of the product.
        let exponent = min(exponent, 100)
        return (1...count).map { exponential(-exponent * naturalLogarithm(Double($0))) }
    }

    /// Vose: slots below the mean are filled up from slots above it.
    private mutating func build(weights: [Double]) {
        let scale = Double(weights.count) / weights.reduce(0, +)
        var remaining = weights.map { $0 * scale }
        keep = [UInt32](repeating: .max, count: weights.count)
        alias = (0..<UInt32(weights.count)).map { $0 }
        var small: [Int] = []
        var large: [Int] = []
        for slot in remaining.indices {
            if remaining[slot] < 1 { small.append(slot) } else { large.append(slot) }
        }
        while let poor = small.last, let rich = large.last {
            small.removeLast()
            keep[poor] = UInt32(max(0, min(remaining[poor] * 0x1p32, 0x1p32 - 1)))
            alias[poor] = UInt32(rich)
            remaining[rich] -= 1 - remaining[poor]
            if remaining[rich] < 1 {
                large.removeLast()
                small.append(rich)
            }
        }
    }
}
