import ControlPlane
import Reports

/// The traces of a mesh: what its processes keep, and what its control plane has gathered of those that may be gone.
enum TracePages {
    /// What there is, as lists have it.
    struct Listing {
        /// Where requests came in, with what cells tell of their parts.
        var heads: [TraceHead]
        /// Processes that gave no answer.
        var silent: [String]
        /// Of the control plane; nil where it does not run or keeps none.
        var store: TraceStoreFigures?
    }

    /// - Parameter since: of those that began at these milliseconds since 1970 or later.
    static func list(since: Int64? = nil, _ directory: DataDirectory) throws -> Listing {
        let target = since.map { "/v1/traces?since=\($0)" } ?? "/v1/traces"
        let answers = try get(target, directory, as: TraceListPage.self)
        let own = answers.filter { $0.name != "control" }.flatMap { $0.page?.traces ?? [] }
        let control = answers.first { $0.name == "control" }?.page
        return Listing(
            heads: TraceFilter.joined(TraceFilter.merged(own, kept: control?.traces ?? [])),
            silent: answers.filter(\.isSilent).map(\.name), store: control?.store)
    }

    /// The whole id of the one trace that begins so.
    static func whole(_ text: String, _ directory: DataDirectory) throws -> String {
        guard (4...32).contains(text.utf8.count), text.utf8.allSatisfy({ hexadecimal.contains($0) }) else {
            throw CommandFailure(
                .usage, "'\(text)' is no id of a trace",
                hint: "it has 32 hexadecimal digits, of which the first 4 or more will do", next: "cellmesh trace ls")
        }
        guard text.utf8.count < 32 else { return text }
        var found = Set<String>()
        for answer in try get("/v1/traces", directory, as: TraceListPage.self) {
            for row in answer.page?.traces ?? [] where row.trace.hasPrefix(text) { found.insert(row.trace) }
        }
        guard let one = found.first else { throw unknown(text, directory) }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "\(found.count) traces begin with '\(text)'", hint: "write more of it",
                next: "cellmesh trace ls")
        }
        return one
    }

    /// What is kept of the trace that begins so.
    static func gather(_ text: String, _ directory: DataDirectory) throws -> GatheredTrace {
        let id = try whole(text.lowercased(), directory)
        let trace = try gather(known: id, directory)
        guard trace.isKnown else { throw unknown(text, directory) }
        return trace
    }

    /// The same of a whole id; nothing is known of one that nobody keeps. Cells may keep their parts under the names of its
    /// attempts.
    static func gather(known id: String, _ directory: DataDirectory) throws -> GatheredTrace {
        let answers = try get("/v1/traces/\(id)", directory, as: ToldTrace.self)
        var parts = TraceParts(id: id)
        parts.add(answers.compactMap(\.page))
        for attempt in parts.attempts {
            parts.add(try get("/v1/traces/\(attempt)", directory, as: ToldTrace.self).compactMap(\.page))
        }
        return GatheredTrace(id: id, pages: parts.pages, missing: answers.filter(\.isSilent).map(\.name))
    }

    private static func get<Page: Decodable>(
        _ target: String, _ directory: DataDirectory, as type: Page.Type
    ) throws -> [ProcessPages.Answer<Page>] {
        let pages = ProcessPages.get(target, of: directory, as: type)
        guard !pages.isEmpty else {
            throw CommandFailure(
                .noSuchMesh, "no process of mesh '\(directory.name)' runs",
                next: "cellmesh up --mesh \(directory.name) --detach")
        }
        return pages
    }

    static func unknown(_ text: String, _ directory: DataDirectory) -> CommandFailure {
        CommandFailure(
            .usage, "nobody in mesh '\(directory.name)' keeps a trace '\(text)'",
            hint:
                "a process keeps its last 1 000 and the control plane 10 000 of all, plain ones the shortest; a request is "
                + "followed where it has 'X-Explain: 1'",
            next: "cellmesh trace ls")
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)
}
