import ControlPlane
import Reports

/// The pages of traces of a mesh's processes.
enum TracePages {
    static func get<Page: Decodable>(
        _ target: String, _ directory: DataDirectory, as type: Page.Type
    ) throws -> [ProcessPages.Answer<Page>] {
        let pages = ProcessPages.get(target, of: directory, as: type).filter { $0.name != "control" }
        guard !pages.isEmpty else {
            throw CommandFailure(
                .noSuchMesh, "no process of mesh '\(directory.name)' runs",
                next: "cellmesh up --mesh \(directory.name) --detach")
        }
        return pages
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

    /// What all processes keep of the trace that begins so; cells may keep theirs under the names of its attempts.
    static func gather(_ text: String, _ directory: DataDirectory) throws -> GatheredTrace {
        let id = try whole(text.lowercased(), directory)
        let trace = try gather(known: id, directory)
        guard trace.isKnown else { throw unknown(text, directory) }
        return trace
    }

    /// The same of a whole id; nothing is known of one that nobody keeps.
    static func gather(known id: String, _ directory: DataDirectory) throws -> GatheredTrace {
        let answers = try get("/v1/traces/\(id)", directory, as: TracePage.self)
        var pages = answers.compactMap { answer in answer.page.map { (node: answer.name, page: $0) } }
        let attempts = pages.flatMap(\.page.attempts)
        for attempt in attempts {
            for answer in try get("/v1/traces/\(attempt)", directory, as: TracePage.self) {
                guard var page = answer.page, GatheredTrace.belongs(page, to: pages.map(\.page)) else { continue }
                page.head.trace = id
                pages.append((answer.name, page))
            }
        }
        return GatheredTrace(id: id, pages: pages, missing: answers.filter(\.isSilent).map(\.name))
    }

    static func unknown(_ text: String, _ directory: DataDirectory) -> CommandFailure {
        CommandFailure(
            .usage, "no process of mesh '\(directory.name)' keeps a trace '\(text)'",
            hint: "each keeps its last 1 000; a request is followed where it has 'X-Explain: 1'",
            next: "cellmesh trace ls")
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)
}
