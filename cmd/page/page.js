"use strict";
(() => {
	const root = document.documentElement, all = (from, what) => [...from.querySelectorAll(what)];
	const count = (n) => n.toLocaleString("en");

	root.classList.add("scripted");
	document.getElementById("theme").onclick = () => {
		const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";

		root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
	};
	/* A link to something folded unfolds it. */
	const unfold = () => {
		const at = location.hash && document.getElementById(location.hash.slice(1));
		const details = at && at.closest("details");

		if (!details)
			return;
		details.open = true;
		at.scrollIntoView();
	};
	addEventListener("hashchange", unfold);
	unfold();
	addEventListener("beforeprint", () => all(document, "details").forEach((d) => { d.open = true; }));

	const watch = (course) => {
		const data = JSON.parse(course.querySelector("script").textContent);
		const plots = all(course, ".lane:not(.axis) .plot"), readouts = all(course, ".readout");
		const axis = course.querySelector(".axis .plot"), selection = document.createElement("div");
		let from = 0, to = data.buckets, begin = null;

		selection.className = "selection";
		const at = (event) => {
			const box = plots[0].getBoundingClientRect();

			return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
		};
		const show = () => {
			const second = data.bucket_ns / 1e9, width = (to - from) * second;
			let step = 10 ** Math.floor(Math.log10(width / 8)), text = "";

			step *= [1, 2, 2.5, 5, 10].find((factor) => width / (step * factor) <= 8.5) || 10;
			let digits = 0;

			while (digits < 6 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6)
				digits++;
			all(course, "svg.zoomed").forEach((svg) => {
				svg.viewBox.baseVal.x = from;
				svg.viewBox.baseVal.width = to - from;
			});
			for (let t = Math.ceil(from * second / step) * step; t <= to * second; t += step)
				text += `<span${t - from * second > 0.95 * width ? " class=\"at-end\"" : ""} style="left:${(t - from * second) / width * 100}%">${t.toFixed(digits)}\u00a0s</span>`;
			axis.innerHTML = text;
		};
		course.addEventListener("pointermove", (event) => {
			if (!event.target.closest(".plot, .strip"))
				return;
			const x = at(event), i = Math.min(data.buckets - 1, Math.floor(from + x * (to - from)));
			const time = (i * data.bucket_ns / 1e9).toFixed(3) + "\u00a0s: ";

			course.classList.add("pointed");
			course.style.setProperty("--at", x * 100 + "%");
			data.lanes.forEach((lane, k) => {
				readouts[k].textContent = time + (lane.maps ? count(lane.maps[i]) + " maps" :
					count(lane.host[i]) + " in host, " + count(lane.lazy[i]) + " unmapped and still reachable");
			});
			if (begin !== null) {
				selection.style.left = Math.min(begin, x) * 100 + "%";
				selection.style.width = Math.abs(begin - x) * 100 + "%";
			}
		});
		course.addEventListener("pointerleave", () => {
			course.classList.remove("pointed");
			readouts.forEach((readout) => { readout.textContent = readout.dataset.text; });
		});
		course.addEventListener("pointerdown", (event) => {
			const plot = event.target.closest(".plot");

			if (!plot || event.pointerType !== "mouse")
				return;
			begin = at(event);
			selection.style.width = 0;
			plot.append(selection);
			event.preventDefault();
		});
		addEventListener("pointerup", (event) => {
			if (begin === null)
				return;
			const x = at(event), width = to - from, a = from + Math.min(begin, x) * width;
			const b = from + Math.max(begin, x) * width;

			begin = null;
			selection.remove();
			if (b - a > 4) {
				from = a;
				to = b;
				show();
			}
		});
		course.addEventListener("dblclick", () => {
			from = 0;
			to = data.buckets;
			show();
		});
		readouts.forEach((readout) => { readout.dataset.text = readout.textContent; });
	};
	all(document, ".course").forEach(watch);
})();
