/// What the actions of a scenario do to the mesh, as far as is told before anything is done: what is seen meanwhile is held against it.
package struct ScenarioHarm: Sendable, Equatable {
    /// Cells that are out for some router.
    package var out: Set<String>
    /// Cells of which some service does not answer whole.
    package var impaired: Set<String>
    /// Processes that something is done to, by name: what becomes of them is the scenario's doing.
    package var touched: Set<String>
    /// Of these the ones that may end for it: a delay on the wire ends nobody.
    package var mortal: Set<String>

    /// Of one action, or of nothing.
    package init(
        out: Set<String> = [], impaired: Set<String> = [], touched: Set<String> = [], mortal: Set<String> = []
    ) {
        self.mortal = mortal
        self.out = out
        self.impaired = impaired
        self.touched = touched
    }

    /// Adds another action's.
    package mutating func formUnion(_ other: ScenarioHarm) {
        out.formUnion(other.out)
        impaired.formUnion(other.impaired)
        touched.formUnion(other.touched)
        mortal.formUnion(other.mortal)
    }

    /// Whether a process going out is of the scenario.
    func explains(_ name: String) -> Bool { touched.contains(name) || out.contains(name) }

    /// Whether a process's end may be of the scenario.
    func explainsEnd(of name: String) -> Bool { mortal.contains(name) || out.contains(name) }
}
