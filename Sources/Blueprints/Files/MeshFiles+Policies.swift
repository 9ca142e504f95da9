import Topology

extension MeshFiles {
    /// A file with the key `policies` alone, as it stands in a topology: what `up --policies FILE` takes.
    ///
    /// - Returns: nothing in `policies` where nothing is written, and where there is an error in `result`.
    package static func load(policies path: String) -> (policies: PoliciesBlock?, result: MeshFilesResult) {
        let collector = ProblemCollector()
        let reporter = Reporter(file: FilePath.shown(path), collector: collector)
        var block: PoliciesBlock?
        switch TextFile.read(path) {
        case .success(let text):
            collector.add(SourceText(name: FilePath.shown(path), text: text))
            if let root = YAMLDocument.parse(text, reporter: reporter) {
                let shelf = BlueprintShelf(topology: path, collector: collector, loader: TextFile.read)
                block = TopologyReader(reporter: reporter, shelf: shelf).policies(alone: root)
            }
        case .failure(let failure): reporter.error(failure.code, at: .start, failure.message)
        }
        let isSound = !collector.hasErrors
        return (
            isSound ? block : nil,
            MeshFilesResult(topology: nil, blueprint: nil, problems: collector.finished(), sources: collector.sources)
        )
    }
}

extension TopologyReader {
    /// A mapping that has nothing but `policies`.
    func policies(alone root: YAMLValue) -> PoliciesBlock? {
        guard let map = read.mapping(root, "a file of policies") else { return nil }
        if map.entry("policies") == nil {
            reporter.error(
                .missingKey, at: map.position, "a file of policies needs the key 'policies'",
                hint: "it has what stands under 'policies' of a topology")
        }
        let block = policies(map)
        map.finish()
        return block
    }
}
