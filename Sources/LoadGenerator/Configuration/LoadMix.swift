import MeshBase

/// Which requests a load is made of, as shares that add up to 1.
package struct LoadMix: Hashable, Sendable {
    package let reads: Double
    package let writes: Double
    package let services: Double

    /// What there is, in the order of `init`.
    private static let names = ["reads", "writes", "services"]
    /// 60 % reads, 30 % writes and 10 % services.
    package static let standard = LoadMix(reads: 0.6, writes: 0.3, services: 0.1)
    package static let servicesOnly = LoadMix(reads: 0, writes: 0, services: 1)
    package static let recordsOnly = LoadMix(reads: 2.0 / 3, writes: 1.0 / 3, services: 0)

    /// Shares of 0...1 that add up to 1.
    package init(reads: Double, writes: Double, services: Double) {
        self.reads = reads
        self.writes = writes
        self.services = services
    }

    /// Parses `reads=60%,writes=30%,services=10%`; what is left out has no share.
    package init(_ text: String) throws(LoadError) {
        let shares = try LoadError.shares(text, names: Self.names, of: "the mix")
        self.init(reads: shares[0], writes: shares[1], services: shares[2])
    }
}

/// With which priorities requests are sent, as shares that add up to 1.
package struct PriorityMix: Hashable, Sendable {
    /// In the order of `Priority.allCases`; nil sends no `X-Priority` at all, and the mesh decides.
    let shares: [Double]?

    package static let unstated = PriorityMix(shares: nil)

    private init(shares: [Double]?) { self.shares = shares }

    /// - Parameter shares: in the order of `Priority.allCases`, which add up to 1.
    package init(_ shares: [Double]) { self.init(shares: shares) }

    /// Parses `critical=10%,normal=60%,low=30%`; what is left out has no share.
    package init(_ text: String) throws(LoadError) {
        shares = try LoadError.shares(text, names: Priority.allCases.map { "\($0.name)" }, of: "the priorities")
    }
}

extension LoadError {
    /// Shares as `Syntax` reads them.
    fileprivate static func shares(
        _ text: String, names: [String], of what: String
    ) throws(LoadError) -> [Double] {
        do throws(Syntax.BadShares) { return try Syntax.shares(text, names: names, of: what) } catch {
            throw LoadError(error.description)
        }
    }
}
