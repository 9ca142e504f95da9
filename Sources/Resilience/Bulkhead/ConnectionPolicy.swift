import MeshBase

/// Connections of one use of a target: key `connections` (C14).
public struct ConnectionPolicy: Sendable, Equatable {
    /// Open at once, 1...10 000.
    public var most: Int
    /// Kept open while idle, 0...`most`.
    public var least: Int
    /// For a free one; zero: nobody waits.
    public var wait: TimeAmount
    /// Jobs that wait at once, 0...1 000 000.
    public var places: Int
    /// After so long idle those beyond `least` are closed.
    public var keepAlive: TimeAmount

    /// What lies outside the ranges is moved to their ends.
    ///
    /// - Parameters:
    ///   - least: left out, a quarter of `most`.
    ///   - places: left out, ten a connection.
    public init(
        most: Int, least: Int? = nil, wait: TimeAmount, places: Int? = nil, keepAlive: TimeAmount = .seconds(60)
    ) {
        let most = min(max(most, 1), 10_000)
        self.most = most
        self.least = min(max(least ?? most / 4, 0), most)
        self.wait = max(wait, .zero)
        self.places = min(max(places ?? most * 10, 0), 1_000_000)
        self.keepAlive = max(keepAlive, .zero)
    }

    /// As production has it.
    public static let seed = ConnectionPolicy(most: 20, wait: .seconds(10))
    /// For one machine, where waiting is worth little.
    public static let local = ConnectionPolicy(most: 20, wait: .milliseconds(50))
    /// Transactions: 2 to 10.
    public static let transactions = ConnectionPolicy(most: 10, least: 2, wait: .seconds(10))
    /// Analytics: 1 to 3.
    public static let analytics = ConnectionPolicy(most: 3, least: 1, wait: .seconds(10))
    /// Reads of a replica: 5 to 20.
    public static let replica = ConnectionPolicy(most: 20, least: 5, wait: .seconds(10))
}
