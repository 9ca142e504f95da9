/// A part of a topology as it was founded, by its position: for whoever has something to say about it and knows no files.
package enum TopologyPart: Sendable, Hashable {
    /// The topology as a whole, by its name.
    case mesh
    /// A position in `regions`.
    case region(Int)
    /// A position in the zones of a region.
    case zone(Int, region: Int)
    /// A position in `cells`.
    case cell(Int)
    /// A position in `routers`.
    case router(Int)
    /// A position in `blueprints`.
    case blueprint(Int)
    /// What the cells share.
    case shared
}
