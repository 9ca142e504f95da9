/// `conflicts ls -o json`: the keys of a mesh that somebody has to choose for.
package struct ConflictsReport: Codable, Sendable, Equatable {
    /// One value, or deletion.
    package struct Sibling: Codable, Sendable, Equatable {
        /// From 1, as clients and `conflicts resolve` number them.
        package var number: Int
        package var version: String
        package var writer: String
        package var written: String
        package var deleted: Bool?
        package var text: String?
        package var base64: String?

        package init(number: Int, version: String, writer: String, written: String, text: String?) {
            self.number = number
            self.version = version
            self.writer = writer
            self.written = written
            self.text = text
        }
    }

    /// One key.
    package struct Conflict: Codable, Sendable, Equatable {
        package var customer: String
        package var key: String
        /// When the second of the siblings was written.
        package var since: String
        package var siblings: [Sibling]

        package init(customer: String, key: String, since: String, siblings: [Sibling]) {
            self.customer = customer
            self.key = key
            self.since = since
            self.siblings = siblings
        }
    }

    /// A page of one cell: `/v1/conflicts` of its admin address.
    package struct Page: Codable, Sendable, Equatable {
        package var cell: String
        package var conflicts: [Conflict]
        package var next: String?

        package init(cell: String, conflicts: [Conflict], next: String? = nil) {
            self.cell = cell
            self.conflicts = conflicts
            self.next = next
        }
    }

    package var schema = ReportJSON.schema
    /// By customer and key, as the cell has it that knows of most siblings.
    package var conflicts: [Conflict]
    package var count: Int
    /// Each cell has told all it has.
    package var complete: Bool
    /// Cells that did not tell.
    package var unheard: [String]
    /// Behind which the next page begins; nil where there is none.
    @Nullable package var next: String?

    package init(conflicts: [Conflict], unheard: [String], next: String?) {
        self.conflicts = conflicts
        count = conflicts.count
        complete = next == nil && unheard.isEmpty
        self.unheard = unheard
        self.next = next
    }

    /// What cells have told, each its first page.
    /// - Parameter pages: by the cell's name; nil from one that gave none in time.
    package init(pages: [(cell: String, page: Page?)]) {
        var known: [[String]: Conflict] = [:]
        for conflict in pages.flatMap({ $0.page?.conflicts ?? [] }) {
            let name = [conflict.customer, conflict.key]
            if let other = known[name], other.siblings.count >= conflict.siblings.count { continue }
            known[name] = conflict
        }
        self.init(
            conflicts: known.values.sorted { ($0.customer, $0.key) < ($1.customer, $1.key) },
            unheard: pages.filter { $0.page == nil }.map(\.cell), next: nil)
        complete = unheard.isEmpty && pages.allSatisfy { $0.page?.next == nil }
    }
}

/// `conflicts resolve -o json`.
package struct ResolvedConflictReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var customer: String
    package var key: String
    /// How many siblings were there.
    package var superseded: Int

    package init(customer: String, key: String, superseded: Int) {
        self.customer = customer
        self.key = key
        self.superseded = superseded
    }
}
