/// What does harm to customers: cells that are out, and cells of which some service does not answer whole.
package struct CellHarm: Sendable, Equatable {
    /// They do not serve.
    package var out: CellSet
    /// They serve, and a fault lies on a service of theirs.
    package var impaired: CellSet

    /// Nothing does harm unless told.
    package init(out: CellSet = CellSet(), impaired: CellSet = CellSet()) {
        self.out = out
        self.impaired = impaired
    }

    /// Nothing does harm.
    package var isEmpty: Bool { out.isEmpty && impaired.isEmpty }

    /// Adds what the other has.
    package mutating func formUnion(_ other: CellHarm) {
        out.formUnion(other.out)
        impaired.formUnion(other.impaired)
    }

    /// Something here is none of the other.
    package func exceeds(_ other: CellHarm) -> Bool {
        out.contains { !other.out.contains($0) } || impaired.contains { !other.impaired.contains($0) }
    }

    /// Something here is of the other too.
    package func meets(_ other: CellHarm) -> Bool {
        out.contains { other.out.contains($0) } || impaired.contains { other.impaired.contains($0) }
    }
}
