extension MeshTopology {
    /// The seed of a topology that names none.
    public static let standardSeed: UInt64 = 42
    /// How many cells decide where a topology does not say; fewer, and odd, where there are fewer cells.
    public static let standardDeciders = 5
}
