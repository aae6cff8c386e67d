import CommandSupport
import Taskstats
import TestSupport
import Testing

extension SystemTests {
    /// M2 on the real kernel: the sums of the exporter against the daemon's own records.
    @Suite struct ExporterConservationTests {
        /// TASKSTATS_SEED selects one, TASKSTATS_SEEDS a number of them.
        static var seeds: [UInt64] {
            if let seed = Requested.number("TASKSTATS_SEED") { return [UInt64(seed)] }
            return (1...(Requested.number("TASKSTATS_SEEDS") ?? 2)).map(UInt64.init)
        }

        /// Fields that are summed up, with the names of their series; a factor converts the kernel's unit.
        private static let sums: [(field: Field, series: String, factor: Double)] = [
            (.cpuRunVirtualTotal, "taskstats_cpu_seconds_total{", 1e-9),
            (.cpuDelayTotal, "kind=\"cpu\"", 1e-9), (.cpuCount, "kind=\"cpu\"", 1),
            (.writeBytes, "direction=\"write\"", 1), (.acMinflt, "kind=\"minor\"", 1),
            (.nvcsw, "kind=\"voluntary\"", 1), (.nivcsw, "kind=\"involuntary\"", 1),
        ]
        private static let families: [Field: String] = [
            .cpuRunVirtualTotal: "taskstats_cpu_seconds_total", .cpuDelayTotal: "taskstats_wait_seconds_total",
            .cpuCount: "taskstats_waits_total", .writeBytes: "taskstats_io_bytes_total",
            .acMinflt: "taskstats_page_faults_total", .nvcsw: "taskstats_context_switches_total",
            .nivcsw: "taskstats_context_switches_total",
        ]

        @Test(arguments: seeds)
        func `sums over groups are those of all records and living tasks, while groups give way`(seed: UInt64) throws {
            let daemon = try RunningDaemon(RunningDaemon.roomForStorms)
            let records = try daemon.connect()
            records.keepsText = true
            try records.subscribe(Subscription())
            // Groups with a living task keep their places; the load has more names than there are others.
            let living = try Host.run(["sh", "-c", "ps -eLo comm= | sort -u | wc -l"]).output.filter(\.isNumber)
            let limit = try #require(Int(living)) + 20
            let exporter = try RunningExporter(
                daemon, ["--by", "command", "--max-groups", "\(limit)", "--idle-time", "1s"])
            var before = try exporter.scrape()
            let directory = try TemporaryDirectory()
            let load = try Host.start(Script.command("exporter_load.py", "\(seed)", directory.path))
            var ended: [ExitRecord] = []
            var isRunning = true
            while isRunning {
                let now = try exporter.scrape()
                try check(now, after: before)
                before = now
                try take(records, into: &ended)
                isRunning = try Host.text("/proc/\(load.pid)/stat").contains(") Z ") == false
            }
            let result = try load.finish()
            #expect(result.status == 0, "\(result.errors)")

            let queries = try daemon.connect()
            let earlier = try values(of: allTasks(), queries)
            let scraped = try exporter.scrape()
            let later = try values(of: allTasks(), queries)
            try take(records, into: &ended)
            try check(scraped, after: before)
            try compare(scraped, ended, earlier, later)
            #expect(scraped["taskstats_groups_evicted_total"] ?? 0 > 0)
            _ = try Host.run(["find", directory.path, "-mindepth", "1", "-delete"])
        }

        private func take(_ connection: TaskstatsConnection, into records: inout [ExitRecord]) throws {
            var taken: [ExitRecord] = []
            try connection.synchronize { (event) throws(TaskstatsError) in
                if case .exit(let params) = event { taken.append(try connection.exit(in: params)) }
            }
            records += taken
        }

        /// No value falls, except those of a group that gave way and returned.
        private func check(_ now: [String: Double], after before: [String: Double]) throws {
            let hasChanged = now["taskstats_groups_evicted_total"] != before["taskstats_groups_evicted_total"]
            for (series, value) in before where series.contains("group=") {
                let isSpecial = series.contains("group=\"other\"") || series.contains("group=\"(evicted)\"")
                guard isSpecial || !hasChanged else { continue }
                #expect(now[series] ?? 0 >= value, "\(series)")
            }
        }

        private func compare(
            _ scraped: [String: Double], _ ended: [ExitRecord], _ living: [UInt32: TaskRecord],
            _ later: [UInt32: TaskRecord]
        ) throws {
            let last = try #require(scraped["taskstats_record_index"])
            let count = Int(try #require(scraped["taskstats_records_total"]))
            let upToLast = ended.filter { Double($0.index ?? 0) <= last }.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
            let counted = upToLast.suffix(count)
            try #require(counted.count == count)
            let exits = counted.filter { $0.isLast == true }
            #expect(sum(scraped, "taskstats_exits_total{", "") == Double(exits.count))
            #expect(sum(scraped, "taskstats_process_lifetime_seconds_count{", "") == Double(exits.count))
            let killed = exits.count { $0.exit == .signal(9, coreDumped: false) }
            #expect(sum(scraped, "taskstats_exits_total{", "outcome=\"SIGKILL\"") == Double(killed))
            let after = ended.filter { Double($0.index ?? 0) > last }
            for (field, label, factor) in Self.sums {
                let family = try #require(Self.families[field])
                let total = sum(scraped, family + "{", label.hasPrefix("taskstats") ? "" : label)
                let finals = counted.reduce(0) { $0 + Double($1.task[field] ?? 0) } * factor
                let both = living.filter { later[$0.key] != nil }
                let least = finals + both.values.reduce(0) { $0 + Double($1[field] ?? 0) } * factor
                let most =
                    finals
                    + (later.values.reduce(0) { $0 + Double($1[field] ?? 0) }
                        + after.reduce(0) { $0 + Double($1.task[field] ?? 0) }) * factor
                // Sums of doubles.
                #expect(total >= least * (1 - 1e-9), "\(field.name)")
                #expect(total <= most * (1 + 1e-9), "\(field.name)")
            }
        }

        private func sum(_ values: [String: Double], _ prefix: String, _ label: String) -> Double {
            values.reduce(0) { $0 + ($1.key.hasPrefix(prefix) && $1.key.contains(label) ? $1.value : 0) }
        }

        private func allTasks() throws -> [UInt32] {
            try ProcessDirectory.processes().flatMap { ProcessDirectory.threads(of: $0) ?? [] }
        }

        /// The counters of tasks that live; a task without an address space is one of the kernel, or has ended.
        private func values(of ids: [UInt32], _ connection: TaskstatsConnection) throws -> [UInt32: TaskRecord] {
            let replies = try connection.stats(ofTasks: ids)
            var values: [UInt32: TaskRecord] = [:]
            for (id, reply) in zip(ids, replies) {
                guard case .success(let record) = reply else { continue }
                if record[.hiwaterVm] == 0 {
                    guard let status = try? Host.text("/proc/\(id)/status"), !status.contains("\nState:\tZ") else {
                        continue
                    }
                }
                values[id] = record
            }
            return values
        }
    }
}
