extension Links {
    /// The emulated quality between two regions, in either order: the pair's own where it is listed, else the
    /// default. A region paired with itself gives the quality inside of it.
    public func quality(between a: String, and b: String) -> Quality {
        for pair in pairs where (pair.first == a && pair.second == b) || (pair.first == b && pair.second == a) {
            return pair.quality
        }
        return `default`
    }

    /// True when nothing is emulated, so that a driver can leave the layer out.
    public var isPlain: Bool { `default` == Quality() && pairs.allSatisfy { $0.quality == Quality() } }
}
