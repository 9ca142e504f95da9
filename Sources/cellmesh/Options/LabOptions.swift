import ArgumentParser
import ControlPlane
import Laboratories
import Reports
import Telemetry

/// The options of every laboratory.
struct LabOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Write a page with plots as well.", valueName: "file"), completion: .file())
    var html: String?

    @Option(help: ArgumentHelp("Keep a report among those of this mesh as well.", valueName: "mesh"))
    var report: String?

    @OptionGroup var output: OutputOptions

    /// Runs, writes the page and reports; what is refused is a matter of the arguments.
    @discardableResult func show<Document: Encodable>(
        _ name: String, _ sheet: (Document) -> LabSheet, _ run: () throws -> Document
    ) throws -> Document {
        let document: Document
        // Where it is to be kept is known before it is made.
        let directory = try report.map { try MeshOptions.named($0) }
        let begun = WallClock.now()
        do { document = try run() } catch let refusal as LabRefusal {
            throw CommandFailure(.usage, refusal.message, next: "cellmesh lab \(name) --help")
        }
        let sheet = sheet(document)
        let console = output.console
        if let html {
            do {
                try SystemFile.put(html, Array(LabPage.html(sheet).utf8))
            } catch {
                throw CommandFailure("\(html) cannot be written: \(error)")
            }
        }
        if let directory {
            try LabReporter(mesh: directory).keep(name, sheet, ReportJSON.encode(document), begun: begun)
        }
        console.show(
            Report(document, order: .byName, names: ["lab/\(name)"]) { LabSheetView.render(sheet, $0) })
        return document
    }

    /// What a file has that the command line names.
    static func read(_ path: String) throws -> [UInt8] {
        let bytes: [UInt8]?
        do { bytes = try SystemFile.read(path) } catch { throw CommandFailure("\(path) cannot be read: \(error)") }
        guard let bytes else { throw CommandFailure(.usage, "there is no file \(path)") }
        return bytes
    }
}

/// Words of a list, separated by commas: `breakers,jitter`.
struct WordList<Word: RawRepresentable & CaseIterable & Sendable & Equatable>: ExpressibleByArgument, Sendable,
    Equatable
where Word.RawValue == String {
    var words: [Word]
    init(_ words: [Word]) { self.words = words }
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        words = parts.compactMap { Word(rawValue: String($0)) }
        guard words.count == parts.count else { return nil }
    }
    var defaultValueDescription: String { words.map(\.rawValue).joined(separator: ",") }
    static var allValueStrings: [String] { Word.allCases.map(\.rawValue) }
}

extension BreakerLab.Profile: ExpressibleByArgument {}
extension BreakerTrace.Shape: ExpressibleByArgument {}
extension BreakerTrace.Recovery: ExpressibleByArgument {}
