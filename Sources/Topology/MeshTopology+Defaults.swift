extension MeshTopology {
    /// The seed of a topology that names none.
    public static let standardSeed: UInt64 = 42
    /// How many cells decide where a topology does not say and has enough of them.
    public static let standardDeciders = 5

    /// How many cells decide where a topology of `cells` cells does not say: odd, from 1.
    public static func standardDeciders(cells: Int) -> Int { min(standardDeciders, mostDeciders(cells: cells)) }

    /// The largest number of deciders that `cells` cells can have and that is odd, from 1.
    public static func mostDeciders(cells: Int) -> Int { max(1, cells - (cells % 2 == 0 ? 1 : 0)) }
}
