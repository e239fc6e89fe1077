"use strict";
/*
 * Makes the page's static charts ones to zoom into and to point at (uPlot).
 * Without it, or if it fails, they stay as they are.
 */
(function () {
	const results = JSON.parse(document.getElementById("plot-data").textContent);
	const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	const color = i => css("--c" + i);
	const faint = i => color(i) + "40";
	const step = uPlot.paths.stepped({ align: 1 });
	const number = new Intl.NumberFormat("en-US");
	const plots = [];	/* { recording, plot, figure, result, build } */
	let zooming = false;

	function time(s, digits = 6) {
		if (s === 0)
			return "0";
		const a = Math.abs(s);
		const [factor, unit] = a >= 0.9995 ? [1, "s"] : a >= 0.9995e-3 ? [1e3, "ms"] :
			a >= 0.9995e-6 ? [1e6, "µs"] : [1e9, "ns"];
		return +(s * factor).toPrecision(digits) + " " + unit;
	}

	const count = (u, v) => v == null ? "–" : number.format(v);

	/* The end of the last bucket is a point, too. */
	const ended = list => list.concat(list[list.length - 1]);
	const times = r => Array.from({ length: r.failures.length + 1 }, (_, i) => i * r.bucket / 1e9);

	function axes(label) {
		const grid = { stroke: css("--rule"), width: 0.5 };
		return [
			{ stroke: css("--fg"), grid, ticks: grid, values: (u, v) => v.map(s => time(s)) },
			{ stroke: css("--fg"), grid, ticks: grid, size: 62, label, labelSize: 16,
			  labelFont: "11px system-ui, sans-serif",
			  values: (u, v) => v.map(n => n === null ? "" : number.format(n)) },
		];
	}

	/* Zooming into one plot zooms into all of the same recording. */
	function follow(recording) {
		return (u, key) => {
			if (key !== "x" || zooming)
				return;
			zooming = true;
			const { min, max } = u.scales.x;
			for (const p of plots)
				if (p.plot && p.plot !== u && p.recording === recording && p.overTime)
					p.plot.setScale("x", { min, max });
			zooming = false;
		};
	}

	/* What hides the highest values hides the lowest, too. */
	function both(u, i, what) {
		if (i != null && what.show !== undefined && u.series[i + 1] &&
		    u.series[i + 1].class === "lowest")
			u.setSeries(i + 1, { show: what.show });
	}

	function overTime(r, height, label) {
		return {
			height, axes: axes(label), legend: { markers: { width: 1 } },
			scales: { x: { time: false }, y: { range: (u, min, max) => [0, Math.max(1, max * 1.06)] } },
			cursor: { sync: { key: "recording-" + r.recording, setSeries: false },
				  points: { size: 6 }, drag: { x: true, y: false } },
			hooks: { setScale: [follow(r.recording)], setSeries: [both] },
			series: [{ label: "time", value: (u, v) => v == null ? "–" : time(v) }],
			bands: [],
		};
	}

	/* Highest and lowest value of each bucket, the space between them filled. */
	function addBand(opts, data, r, key, label, i) {
		const at = opts.series.length;
		const range = (u, v, s, idx) => {
			if (idx == null || v == null)
				return "–";
			const low = data[at + 1][idx];
			return low === v ? number.format(v) : number.format(low) + "–" + number.format(v);
		};
		opts.series.push({ label, stroke: color(i), width: 1.2, paths: step, value: range,
				   points: { show: false } },
				 { label: label + " (lowest)", stroke: color(i), width: 1.2, paths: step,
				   points: { show: false }, class: "lowest" });
		opts.bands.push({ series: [at, at + 1], fill: color(i) });
		data.push(ended(r[key + "_max"]), ended(r[key + "_min"]));
	}

	function drawLimit(r) {
		return u => {
			if (!r.limit)
				return;
			const y = Math.round(u.valToPos(r.limit, "y", true)), { ctx, bbox } = u;
			if (y < bbox.top || y > bbox.top + bbox.height)
				return;
			ctx.save();
			ctx.strokeStyle = ctx.fillStyle = css("--fg");
			ctx.lineWidth = devicePixelRatio;
			ctx.setLineDash([6 * devicePixelRatio, 3 * devicePixelRatio]);
			ctx.beginPath();
			ctx.moveTo(bbox.left, y);
			ctx.lineTo(bbox.left + bbox.width, y);
			ctx.stroke();
			ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
			ctx.textAlign = "right";
			ctx.textBaseline = "bottom";
			ctx.fillText(r.limitName + " " + number.format(r.limit),
				     bbox.left + bbox.width - 4 * devicePixelRatio, y - 2 * devicePixelRatio);
			ctx.restore();
		};
	}

	function drawFailures(r) {
		return u => {
			const { ctx, bbox } = u, size = 3.5 * devicePixelRatio;
			ctx.save();
			ctx.beginPath();
			ctx.rect(bbox.left, bbox.top - size, bbox.width, bbox.height + 2 * size);
			ctx.clip();
			ctx.strokeStyle = color(6);
			ctx.lineWidth = 1.8 * devicePixelRatio;
			r.failures.forEach((n, i) => {
				if (!n)
					return;
				const x = u.valToPos((i + 0.5) * r.bucket / 1e9, "x", true);
				const y = u.valToPos(r.host_pages_max[i], "y", true);
				ctx.beginPath();
				ctx.moveTo(x - size, y - size);
				ctx.lineTo(x + size, y + size);
				ctx.moveTo(x - size, y + size);
				ctx.lineTo(x + size, y - size);
				ctx.stroke();
			});
			ctx.restore();
		};
	}

	const builders = {
		pages: r => {
			const opts = overTime(r, 320, "pages"), data = [times(r)];
			addBand(opts, data, r, "host_pages", "host pages", 0);
			/* An area that the others are seen before, without its lowest values. */
			opts.bands.pop();
			opts.series[1].fill = faint(0);
			opts.series[2].width = 0;
			addBand(opts, data, r, "lazy_pages", "lazily unmapped", 1);
			addBand(opts, data, r, "live_pages", "live", 2);
			if (r.failures.some(n => n)) {
				opts.series.push({ label: "failed maps ×", stroke: color(6), value: count,
						   scale: "failures", paths: () => null,
						   points: { show: false } });
				opts.scales.failures = { range: [0, 1] };
				data.push(ended(r.failures));
			}
			if (r.limit)
				opts.scales.y.range = (u, min, max) => [0, Math.max(r.limit, max) * 1.06];
			opts.hooks.draw = [drawLimit(r), drawFailures(r)];
			return [opts, data];
		},
		queue: r => {
			const opts = overTime(r, 190, "queued unmaps"), data = [times(r)];
			addBand(opts, data, r, "queue_entries", "queued unmaps", 3);
			return [opts, data];
		},
		rpcits: r => {
			const opts = overTime(r, 240, "RPCITs in " + time(r.bucket / 1e9, 3));
			const data = [times(r)];
			const causes = [["sync_map", "sync-map"], ["sync", "sync"],
				["queue_full", "queue full"], ["queue_timeout", "queue timer"],
				["retry", "retry"], ["wrap", "wrap"]];
			/* Thousands of one kind, and single ones of another: both are to be seen. */
			opts.scales.y = { distr: 4, asinh: 1, range: (u, min, max) => [0, Math.max(1, max * 1.3)] };
			opts.axes[1].splits = u => [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]
				.filter(n => n <= u.scales.y.max);
			causes.forEach(([key, label], i) => {
				if (!r[key])
					return;
				const alone = i > 1;
				opts.series.push({ label, stroke: color(i), width: 1.2, value: count,
						   fill: alone ? undefined : faint(i),
						   paths: alone ? () => null : step,
						   points: { show: alone, size: 6, fill: color(i) } });
				data.push(ended(r[key]).map(n => alone && !n ? null : n));
			});
			return [opts, data];
		},
		exposure: r => histogram(r.exposure, "pages", 0, i => time(2 ** i / 1e9, 3)),
		sizes: r => histogram(r.sizes, "maps", 0, i => number.format(2 ** i)),
	};

	/* A bar for each power of two. */
	function histogram(buckets, what, c, name) {
		let first = buckets.findIndex(n => n), end = buckets.length;
		while (end > 0 && !buckets[end - 1])
			end--;
		if (first < 0)
			return null;
		const x = Array.from({ length: end - first }, (_, i) => first + i);
		const opts = {
			height: 240, axes: axes(what), legend: { markers: { width: 1 } },
			scales: { x: { time: false, range: [first - 0.6, end - 0.4] },
				  y: { range: (u, min, max) => [0, Math.max(1, max * 1.06)] } },
			cursor: { drag: { x: false, y: false }, points: { show: false } },
			series: [{ label: "from – to", value: (u, v) => v == null ? "–" :
					name(v) + " – " + name(v + 1) },
				 { label: what, stroke: color(c), fill: faint(c), width: 1, value: count,
				   paths: uPlot.paths.bars({ size: [0.92, 60] }), points: { show: false } }],
		};
		opts.axes[0].values = (u, v) => v.map(i => Number.isInteger(i) ? name(i).replace(/^(\d+)\.\d+/, "$1") : "");
		opts.axes[0].incrs = [1, 2, 3, 4, 5, 8, 10];
		opts.axes[0].space = 55;
		return [opts, [x, buckets.slice(first, end)]];
	}

	function build(p) {
		const made = builders[p.figure.dataset.plot](p.result);
		if (!made)
			return;
		const [opts, data] = made;
		const room = document.createElement("div"), name = document.createElement("p");
		const svg = p.figure.querySelector("svg");
		name.className = "name";
		name.textContent = svg.getAttribute("aria-label");
		opts.width = p.figure.clientWidth;
		if (p.plot)
			p.plot.destroy();
		p.figure.querySelectorAll("div, p").forEach(e => e.remove());
		p.figure.append(name, room);
		p.plot = new uPlot(opts, data, room);
		svg.style.display = "none";
		p.figure.dataset.state = "live";
		const other = plots.find(q => q !== p && q.plot && q.overTime && q.recording === p.recording);
		if (p.overTime && other)
			p.plot.setScale("x", { min: other.plot.scales.x.min, max: other.plot.scales.x.max });
	}

	for (const result of results)
		for (const figure of document.querySelectorAll("#" + result.id + " figure[data-plot]"))
			plots.push({ figure, result, recording: result.recording,
				     overTime: !["exposure", "sizes"].includes(figure.dataset.plot) });

	/* Those that are looked at, now or later: a page may have hundreds. */
	const margin = 600;
	const seen = new IntersectionObserver(entries => {
		for (const e of entries) {
			const p = plots.find(q => q.figure === e.target);
			if (e.isIntersecting && !p.plot)
				build(p);
		}
	}, { rootMargin: margin + "px" });
	const sized = new ResizeObserver(entries => {
		for (const e of entries) {
			const p = plots.find(q => q.figure === e.target);
			if (p.plot && p.plot.width !== e.target.clientWidth)
				p.plot.setSize({ width: e.target.clientWidth, height: p.plot.height });
		}
	});
	for (const p of plots) {
		if (p.figure.getBoundingClientRect().top < innerHeight + margin)
			build(p);
		seen.observe(p.figure);
		sized.observe(p.figure);
	}
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
		for (const p of plots)
			if (p.plot)
				build(p);
	});

	const first = document.querySelector(".course");
	if (first) {
		const hint = document.createElement("p");
		hint.className = "hint";
		hint.textContent = "Drag over a plot to zoom into all of this recording; double-click to see all again.";
		first.before(hint);
	}
})();
