/// What the routers say of one cell: where its customers stand.
package struct RouterWitness: Sendable, Equatable {
    /// Routers that run and are not paused.
    package var live = 0
    /// Those of them that have told lately.
    package var told = 0
    /// Those of them that reach the cell in its present life.
    package var reaching = 0
    /// Some router has reached it in its present life.
    package var wasReached = false

    /// Nothing is known.
    package init() {}
}
